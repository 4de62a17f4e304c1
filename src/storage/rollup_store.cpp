#include "storage/rollup_store.hpp"

#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t bucket_ms = 900'000;
constexpr std::int64_t default_interval_ms = 5'000;

constexpr std::string_view save_quarter = R"(
    REPLACE INTO quarter_hours
      (device_id, bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, slots, covered_ms, pf_sum, pf_samples)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

constexpr std::string_view quarter_columns = R"(
    SELECT device_id, bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, slots, covered_ms, pf_sum,
           pf_samples
      FROM quarter_hours WHERE )";

constexpr std::string_view find_days = R"(
    SELECT device_id, day, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, samples, covered_ms
      FROM energy_days WHERE device_id IN )";

constexpr std::string_view save_day = R"(
    REPLACE INTO energy_days
      (device_id, day, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, samples, covered_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))";

struct QuarterRow {
    KnownDeviceId device_id;
    std::int64_t bucket;
    double energy_kwh;
    double co2_kg;
    double power_sum_w;
    std::optional<double> power_max_w;
    std::int64_t samples;
    std::int64_t slots;
    std::int64_t covered_ms;
    double pf_sum;
    std::int64_t pf_samples;
};

struct DayRow {
    KnownDeviceId device_id = 0;
    std::string day;
    double energy_kwh = 0;
    double co2_kg = 0;
    std::optional<double> max_demand_kw;
    std::optional<std::int64_t> max_demand_bucket;
    std::int64_t samples = 0;
    std::int64_t covered_ms = 0;
};

// Meters in one statement: a round trip for all of a batch, and a statement of bounded length.
constexpr std::size_t meters_at_once = 500;

domain::PowerQuarter power_of(const QuarterRow& row) {
    return {row.samples, row.power_sum_w, row.power_max_w.value_or(0), static_cast<std::uint64_t>(row.slots)};
}

double demand_of(const QuarterRow& row) {
    return domain::demand_kw(row.energy_kwh, power_of(row));
}

/// What was added and taken back again leaves a rest of rounding, which is nothing.
double settled(double amount) {
    return std::abs(amount) < 1e-9 ? 0 : amount;
}

std::string quarters_of(KnownDeviceId meter, std::int64_t first, std::int64_t last) {
    return fmt::format("(device_id = {} AND bucket BETWEEN {} AND {})", meter, first, last);
}

std::map<QuarterKey, QuarterRow> load(Connection& connection, const QuarterHours& keys) {
    std::map<QuarterKey, QuarterRow> found;
    std::vector<std::string> wanted;
    const auto fetch = [&] {
        const std::string sql = fmt::format("{}{}", quarter_columns, fmt::join(wanted, " OR "));
        for (const QuarterRow& row : connection.select<QuarterRow>(sql))
            found.emplace(QuarterKey{row.device_id, row.bucket}, row);
        wanted.clear();
    };
    for (auto first = keys.begin(); first != keys.end();) {
        const KnownDeviceId meter = first->first.first;
        auto last = first;
        while (std::next(last) != keys.end() && std::next(last)->first.first == meter)
            ++last;
        wanted.push_back(quarters_of(meter, first->first.second, last->first.second));
        if (wanted.size() == meters_at_once) fetch();
        first = std::next(last);
    }
    if (!wanted.empty()) fetch();
    return found;
}

using DayKey = std::pair<KnownDeviceId, core::LocalDay>;

QuarterRow merged(const QuarterKey& key, const QuarterRow* stored, const QuarterHour& added,
                  std::int64_t interval_ms) {
    QuarterRow row = stored ? *stored : QuarterRow{key.first, key.second, 0, 0, 0, {}, 0, 0, 0, 0, 0};
    domain::PowerQuarter power = power_of(row);
    power.merge(added.power);
    row.energy_kwh = settled(row.energy_kwh + added.energy_kwh);
    row.co2_kg = settled(row.co2_kg + added.co2_kg);
    row.power_sum_w = power.watts_sum;
    if (power.samples > 0) row.power_max_w = power.watts_max;
    row.samples = power.samples;
    row.slots = static_cast<std::int64_t>(power.slots);
    row.pf_sum += added.pf_sum;
    row.pf_samples += added.pf_samples;
    const auto interval = std::chrono::duration_cast<core::Seconds>(core::Milliseconds{interval_ms});
    row.covered_ms = std::int64_t{1000} * domain::covered_seconds(power.slots, interval);
    return row;
}

/// The maximum demand of a whole day, for when the quarter hour that had it has changed.
void find_maximum(Connection& connection, DayRow& day, std::int64_t first_bucket, std::int64_t last_bucket) {
    day.max_demand_kw.reset();
    day.max_demand_bucket.reset();
    const std::string sql = fmt::format("{}{} ORDER BY bucket", quarter_columns,
                                        quarters_of(day.device_id, first_bucket, last_bucket));
    for (const QuarterRow& row : connection.select<QuarterRow>(sql)) {
        const double demand = demand_of(row);
        if (row.samples == 0 && row.energy_kwh <= 0) continue;
        if (day.max_demand_kw && demand <= *day.max_demand_kw) continue;
        day.max_demand_kw = demand;
        day.max_demand_bucket = row.bucket;
    }
}

struct Change {
    const QuarterRow* before;  ///< null: the quarter hour is new
    const QuarterRow* after;
};
using DayChanges = std::map<DayKey, std::vector<Change>>;

/// The stored days of `changes`, and perhaps some more of the same meters.
std::map<std::pair<KnownDeviceId, std::string>, DayRow> load_days(Connection& connection,
                                                                  const DayChanges& changes) {
    std::set<KnownDeviceId> meters;
    std::set<std::string> days;
    for (const auto& [key, quarters] : changes) {
        meters.insert(key.first);
        days.insert("'" + core::format_day(key.second) + "'");
    }
    std::map<std::pair<KnownDeviceId, std::string>, DayRow> found;
    const std::string sql =
        fmt::format("{}{} AND day IN ({})", find_days, in_list(meters), fmt::join(days, ","));
    for (DayRow& row : connection.select<DayRow>(sql))
        found.emplace(std::pair{row.device_id, row.day}, std::move(row));
    return found;
}

void apply(DayRow& day, const std::vector<Change>& changes) {
    for (const auto& [before, after] : changes) {
        day.energy_kwh += after->energy_kwh - (before ? before->energy_kwh : 0);
        day.co2_kg += after->co2_kg - (before ? before->co2_kg : 0);
        day.samples += after->samples - (before ? before->samples : 0);
        day.covered_ms += after->covered_ms - (before ? before->covered_ms : 0);
    }
    day.energy_kwh = settled(day.energy_kwh);
    day.co2_kg = settled(day.co2_kg);
}

/// True if the day's maximum can be told from the changes alone.
bool raise_maximum(DayRow& day, const std::vector<Change>& changes) {
    for (const auto& [before, after] : changes) {
        const double demand = demand_of(*after);
        if (day.max_demand_bucket == after->bucket) {
            if (demand < *day.max_demand_kw) return false;
            day.max_demand_kw = demand;
        } else if (!day.max_demand_kw || demand > *day.max_demand_kw ||
                   (demand == *day.max_demand_kw && after->bucket < *day.max_demand_bucket)) {
            day.max_demand_kw = demand;
            day.max_demand_bucket = after->bucket;
        }
    }
    return true;
}

void save_days(Connection& connection, const DayChanges& changes, const core::SiteZone& zone) {
    if (changes.empty()) return;
    auto stored = load_days(connection, changes);
    std::vector<DayRow> rows;
    for (const auto& [key, quarters] : changes) {
        const auto& [meter, day] = key;
        const std::string date = core::format_day(day);
        DayRow row = std::move(stored[{meter, date}]);
        row.device_id = meter;
        row.day = date;
        apply(row, quarters);
        if (!raise_maximum(row, quarters)) {
            find_maximum(connection, row, bucket_of(zone.start_of_day(day)),
                         bucket_of(zone.start_of_day(day + date::days{1})) - 1);
        }
        rows.push_back(std::move(row));
    }
    connection.bulk(save_day, rows);
}

}  // namespace

std::int64_t bucket_of(core::Instant instant) {
    return core::epoch_ms(instant) / bucket_ms;
}
core::Instant bucket_start(std::int64_t bucket) {
    return core::from_epoch_ms(bucket * bucket_ms);
}

void add_quarter_hours(Connection& connection, const QuarterHours& added,
                       const std::map<KnownDeviceId, std::int64_t>& usual_interval_ms,
                       const core::SiteZone& zone) {
    const auto stored = load(connection, added);
    std::vector<QuarterRow> rows;
    rows.reserve(added.size());
    DayChanges days;
    for (const auto& [key, quarter] : added) {
        const auto before = stored.find(key);
        const auto interval = usual_interval_ms.find(key.first);
        rows.push_back(merged(key, before == stored.end() ? nullptr : &before->second, quarter,
                              interval == usual_interval_ms.end() ? default_interval_ms : interval->second));
        days[{key.first, zone.day_of(bucket_start(key.second))}].push_back(
            {before == stored.end() ? nullptr : &before->second, &rows.back()});
    }
    connection.bulk(save_quarter, rows);

    save_days(connection, days, zone);
}

}  // namespace silaware::storage
