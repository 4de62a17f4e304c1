#include "storage/power_rollup_store.hpp"

#include <fmt/format.h>

#include "domain/interval_split.hpp"
#include "storage/rows_by_key.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t bucket_ms = domain::quarter_length.count();
// Meters in one statement: a round trip for all of a batch, and a statement of bounded length.
constexpr std::size_t meters_at_once = 500;

constexpr std::string_view select_quarters = R"(
    SELECT device_id, bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, slots, covered_ms, pf_sum,
           pf_samples
      FROM quarter_hours WHERE )";
constexpr std::string_view find_quarters = R"(
    SELECT device_id, bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, slots, covered_ms, pf_sum,
           pf_samples
      FROM quarter_hours WHERE device_id = ? AND bucket BETWEEN ? AND ? ORDER BY bucket)";
constexpr std::string_view find_oldest_quarter =
    "SELECT bucket FROM quarter_hours WHERE device_id = ? ORDER BY bucket LIMIT 1";
constexpr std::string_view sum_samples =
    "SELECT CAST(COALESCE(SUM(samples), 0) AS SIGNED) FROM quarter_hours WHERE device_id = ?";
constexpr std::string_view write_quarter = R"(
    REPLACE INTO quarter_hours
      (device_id, bucket, energy_kwh, co2_kg, power_sum_w, power_max_w, samples, slots, covered_ms, pf_sum, pf_samples)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view delete_quarter = "DELETE FROM quarter_hours WHERE device_id = ? AND bucket = ?";

constexpr std::string_view select_days = R"(
    SELECT device_id, day, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, samples, covered_ms
      FROM energy_days WHERE device_id IN )";
constexpr std::string_view find_days = R"(
    SELECT device_id, day, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, samples, covered_ms
      FROM energy_days WHERE device_id = ? AND day BETWEEN ? AND ? ORDER BY day)";
constexpr std::string_view write_day = R"(
    REPLACE INTO energy_days
      (device_id, day, energy_kwh, co2_kg, max_demand_kw, max_demand_bucket, samples, covered_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view delete_day = "DELETE FROM energy_days WHERE device_id = ? AND day = ?";

std::string condition_of(const BucketRange& range) {
    return fmt::format("(device_id = {} AND bucket BETWEEN {} AND {})", range.meter, range.first, range.last);
}

}  // namespace

std::int64_t bucket_of(core::Instant instant) {
    return core::epoch_ms(instant) / bucket_ms;
}
core::Instant bucket_start(std::int64_t bucket) {
    return core::from_epoch_ms(bucket * bucket_ms);
}

domain::PowerQuarter power_of(const QuarterHourRow& row) {
    return {row.samples, row.power_sum_w, row.power_max_w.value_or(0), static_cast<std::uint64_t>(row.slots)};
}

double demand_of(const QuarterHourRow& row) {
    return domain::demand_kw(row.energy_kwh, power_of(row));
}

std::vector<QuarterHourRow> quarter_hours_in(Connection& connection, std::span<const BucketRange> ranges) {
    std::vector<QuarterHourRow> found;
    while (!ranges.empty()) {
        std::vector<std::string> conditions;
        for (const BucketRange& range : ranges.first(std::min(ranges.size(), meters_at_once)))
            conditions.push_back(condition_of(range));
        const std::string sql = fmt::format("{}{}", select_quarters, fmt::join(conditions, " OR "));
        auto rows = connection.select<QuarterHourRow>(sql);
        if (found.empty()) {
            found = std::move(rows);
        } else {
            found.insert(found.end(), rows.begin(), rows.end());
        }
        ranges = ranges.subspan(conditions.size());
    }
    return found;
}

std::vector<QuarterHourRow> quarter_hours_of(Connection& connection, KnownDeviceId meter,
                                             std::int64_t first_bucket, std::int64_t last_bucket) {
    return connection.select<QuarterHourRow>(find_quarters, meter, first_bucket, last_bucket);
}

std::optional<std::int64_t> oldest_quarter_hour(Connection& connection, KnownDeviceId meter) {
    return connection.select_one<std::int64_t>(find_oldest_quarter, meter);
}

std::int64_t counted_samples(Connection& connection, KnownDeviceId meter) {
    return connection.select_one<std::int64_t>(sum_samples, meter).value_or(0);
}

void replace_quarter_hours(Connection& connection, const std::vector<QuarterHourRow>& rows) {
    connection.bulk(write_quarter, rows);
}

void delete_quarter_hours(Connection& connection, KnownDeviceId meter,
                          const std::vector<std::int64_t>& buckets) {
    for_each_key(connection, delete_quarter, meter, buckets);
}

std::vector<EnergyDayRow> energy_days_among(Connection& connection, const std::set<KnownDeviceId>& meters,
                                            const std::set<core::LocalDay>& days) {
    std::vector<std::string> dates;
    for (const core::LocalDay day : days)
        dates.push_back("'" + core::format_day(day) + "'");
    return connection.select<EnergyDayRow>(
        fmt::format("{}{} AND day IN ({})", select_days, in_list(meters), fmt::join(dates, ",")));
}

std::vector<EnergyDayRow> energy_days_of(Connection& connection, KnownDeviceId meter,
                                         const std::string& first, const std::string& last) {
    return connection.select<EnergyDayRow>(find_days, meter, first, last);
}

void replace_energy_days(Connection& connection, const std::vector<EnergyDayRow>& rows) {
    connection.bulk(write_day, rows);
}

void delete_energy_days(Connection& connection, KnownDeviceId meter, const std::vector<std::string>& days) {
    for_each_key(connection, delete_day, meter, days);
}

}  // namespace silaware::storage
