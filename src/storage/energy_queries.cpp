#include "storage/energy_queries.hpp"

#include "domain/interval_split.hpp"
#include "storage/power_rollup_store.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

// Days travel as numbers: 719528 is TO_DAYS('1970-01-01').
constexpr std::string_view days_of = R"(
    SELECT device_id, TO_DAYS(day) - 719528, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, covered_ms
      FROM energy_days WHERE day BETWEEN ? AND ? AND device_id IN )";

constexpr std::string_view weeks_of = R"(
    SELECT device_id, DATEDIFF(day, ?) DIV 7 AS week, SUM(cycle_ms)
      FROM cycle_days WHERE day >= ? AND device_id IN )";

constexpr std::string_view cycles_of =
    "SELECT device_id, TO_DAYS(day) - 719528, cycle_ms FROM cycle_days WHERE day BETWEEN ? AND ? AND "
    "device_id IN ";

constexpr std::string_view times_of =
    "SELECT device_id, observed_ms FROM corrections WHERE observed_ms >= ? AND observed_ms < ? AND device_id "
    "IN ";

constexpr std::string_view find_quarters = R"(
    SELECT bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, covered_ms
      FROM quarter_hours WHERE device_id = ? AND bucket >= ? AND bucket < ? ORDER BY bucket)";

// The demand of one meter is as in domain/power_rollup.hpp.
constexpr std::string_view joint_of = R"(
    SELECT bucket,
           SUM(IF(energy_kwh > 1e-6, energy_kwh * 4, IF(samples > 0, GREATEST(power_sum_w / samples, 0) / 1000, 0))) AS kw
      FROM quarter_hours WHERE bucket >= ? AND bucket < ? AND device_id IN )";

constexpr std::string_view load_of = R"(
    SELECT bucket, SUM(IF(samples > 0, power_sum_w / samples, NULL))
      FROM quarter_hours WHERE bucket >= ? AND bucket < ? AND device_id IN )";

constexpr std::string_view count_corrections = "SELECT COUNT(*) FROM corrections WHERE device_id = ?";
constexpr std::string_view select_corrections = R"(
    SELECT observed_ms, register_name, class, before_value, after_value, energy_kwh
      FROM corrections WHERE device_id = ?
     ORDER BY observed_ms DESC, register_name DESC, class DESC, before_value DESC, after_value DESC, id DESC
     LIMIT ? OFFSET ?)";

constexpr std::string_view count_cycles = "SELECT COUNT(*) FROM cycle_time WHERE uid = ?";
constexpr std::string_view select_cycles = R"(
    SELECT cycle_count, start, stop, duration
      FROM cycle_time WHERE uid = ? ORDER BY start_ms DESC, id DESC LIMIT ? OFFSET ?)";

/// The first bucket that begins at or after `instant`.
std::int64_t bucket_from(core::Instant instant) {
    return bucket_of(instant + domain::quarter_length - core::Milliseconds{1});
}

struct DayRow {
    KnownDeviceId device_id;
    std::int64_t day;
    double energy_kwh;
    double co2_kg;
    std::optional<double> max_demand_kw;
    std::optional<std::int64_t> max_demand_bucket;
    std::int64_t covered_ms;
};

struct CycledDayRow {
    KnownDeviceId device_id;
    std::int64_t day;
    std::int64_t cycle_ms;
};

struct JointRow {
    std::int64_t bucket;
    double kw;
};

struct LoadRow {
    std::int64_t bucket;
    std::optional<double> power_w;
};

struct QuarterRow {
    std::int64_t bucket;
    double energy_kwh;
    double co2_kg;
    double power_sum_w;
    std::optional<double> power_max_w;
    std::int64_t samples;
    std::int64_t covered_ms;
};

template <typename T>
core::Page<T> empty_page(const core::PageRequest& request) {
    return {{}, request.page, request.per_page, 0};
}

}  // namespace

std::vector<DayEnergy> day_energies(Connection& connection, std::span<const KnownDeviceId> meters,
                                    core::LocalDay first, core::LocalDay last) {
    std::vector<DayEnergy> days;
    const std::string sql = std::string(days_of) + in_list(meters) + " ORDER BY device_id, day";
    for (const DayRow& row :
         connection.select<DayRow>(sql, core::format_day(first), core::format_day(last))) {
        DayEnergy day{row.device_id,     core::LocalDay{date::days{row.day}},
                      row.energy_kwh,    row.co2_kg,
                      row.max_demand_kw, std::nullopt,
                      row.covered_ms};
        if (row.max_demand_bucket) day.max_demand_at = bucket_start(*row.max_demand_bucket);
        days.push_back(day);
    }
    return days;
}

std::vector<WeekCycles> week_cycles(Connection& connection, std::span<const KnownDeviceId> meters,
                                    core::LocalDay first_monday) {
    const std::string monday = core::format_day(first_monday);
    return connection.select<WeekCycles>(
        std::string(weeks_of) + in_list(meters) + " GROUP BY device_id, week ORDER BY device_id, week",
        monday, monday);
}

std::vector<CycledDay> cycled_days(Connection& connection, std::span<const KnownDeviceId> meters,
                                   core::LocalDay first, core::LocalDay last) {
    std::vector<CycledDay> days;
    const std::string sql = std::string(cycles_of) + in_list(meters) + " ORDER BY device_id, day";
    for (const auto& row :
         connection.select<CycledDayRow>(sql, core::format_day(first), core::format_day(last))) {
        days.push_back({row.device_id, core::LocalDay{date::days{row.day}}, row.cycle_ms});
    }
    return days;
}

std::vector<CorrectionTime> correction_times(Connection& connection, std::span<const KnownDeviceId> meters,
                                             core::Instant from, core::Instant to) {
    return connection.select<CorrectionTime>(
        std::string(times_of) + in_list(meters) + " ORDER BY device_id, observed_ms", core::epoch_ms(from),
        core::epoch_ms(to));
}

std::vector<QuarterEnergy> quarter_energies(Connection& connection, KnownDeviceId meter, core::Instant from,
                                            core::Instant to) {
    std::vector<QuarterEnergy> quarters;
    for (const QuarterRow& row :
         connection.select<QuarterRow>(find_quarters, meter, bucket_from(from), bucket_from(to))) {
        quarters.push_back({bucket_start(row.bucket), row.energy_kwh, row.co2_kg, row.power_sum_w,
                            row.power_max_w, row.samples, row.covered_ms});
    }
    return quarters;
}

std::optional<JointDemand> joint_demand(Connection& connection, std::span<const KnownDeviceId> meters,
                                        core::Instant from, core::Instant to) {
    const std::string sql =
        std::string(joint_of) + in_list(meters) + " GROUP BY bucket ORDER BY kw DESC, bucket LIMIT 1";
    const auto row = connection.select_one<JointRow>(sql, bucket_from(from), bucket_from(to));
    if (!row) return std::nullopt;
    return JointDemand{row->kw, bucket_start(row->bucket)};
}

std::vector<JointLoad> joint_load(Connection& connection, std::span<const KnownDeviceId> meters,
                                  core::Instant from, core::Instant to) {
    std::vector<JointLoad> load;
    const std::string sql = std::string(load_of) + in_list(meters) + " GROUP BY bucket ORDER BY bucket";
    for (const LoadRow& row : connection.select<LoadRow>(sql, bucket_from(from), bucket_from(to)))
        load.push_back({bucket_start(row.bucket), row.power_w});
    return load;
}

core::Page<ShownCorrection> find_corrections(Connection& connection, std::optional<KnownDeviceId> meter,
                                             const core::PageRequest& request) {
    auto page = empty_page<ShownCorrection>(request);
    if (!meter) return page;
    page.total = connection.select_one<std::int64_t>(count_corrections, *meter).value_or(0);
    page.items =
        connection.select<ShownCorrection>(select_corrections, *meter, request.per_page, request.offset());
    return page;
}

core::Page<ShownCycle> find_cycles(Connection& connection, std::string_view uid,
                                   const core::PageRequest& request) {
    auto page = empty_page<ShownCycle>(request);
    page.total = connection.select_one<std::int64_t>(count_cycles, uid).value_or(0);
    page.items = connection.select<ShownCycle>(select_cycles, uid, request.per_page, request.offset());
    return page;
}

}  // namespace silaware::storage
