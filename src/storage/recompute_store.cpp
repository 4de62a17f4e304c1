#include "storage/recompute_store.hpp"

#include <array>
#include <set>

#include "storage/rows_by_key.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t rename_chunk = 2'000;

// A walk from spelling to spelling along an index: a few looks, however long the table is.
struct RawTable {
    std::string_view first;
    std::string_view next;
    std::string_view rename;
};
constexpr std::array raw_tables = {
    RawTable{"SELECT uid FROM power_monitoring ORDER BY uid LIMIT 1",
             "SELECT uid FROM power_monitoring WHERE uid > ? ORDER BY uid LIMIT 1",
             "UPDATE power_monitoring SET uid = ? WHERE uid = ? LIMIT ?"},
    RawTable{"SELECT uid FROM cycle_time ORDER BY uid LIMIT 1",
             "SELECT uid FROM cycle_time WHERE uid > ? ORDER BY uid LIMIT 1",
             "UPDATE cycle_time SET uid = ? WHERE uid = ? LIMIT ?"},
    RawTable{"SELECT mac_address FROM utils ORDER BY mac_address LIMIT 1",
             "SELECT mac_address FROM utils WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
             "UPDATE utils SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
    RawTable{"SELECT mac_address FROM temphumid ORDER BY mac_address LIMIT 1",
             "SELECT mac_address FROM temphumid WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
             "UPDATE temphumid SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
    RawTable{
        "SELECT mac_address FROM utils_notification_log ORDER BY mac_address LIMIT 1",
        "SELECT mac_address FROM utils_notification_log WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
        "UPDATE utils_notification_log SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
};

constexpr std::string_view compare_spelling = "SELECT COUNT(*) FROM known_devices WHERE id = ? AND uid = ?";

constexpr std::string_view find_newest_climate = R"(
    SELECT CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED) FROM temphumid WHERE mac_address = ?
     ORDER BY timestamp DESC LIMIT 1)";
constexpr std::string_view find_temperature = R"(
    SELECT temperature FROM temphumid WHERE mac_address = ? AND temperature IS NOT NULL
     ORDER BY timestamp DESC, id DESC LIMIT 1)";
constexpr std::string_view find_humidity = R"(
    SELECT humidity FROM temphumid WHERE mac_address = ? AND humidity IS NOT NULL
     ORDER BY timestamp DESC, id DESC LIMIT 1)";
constexpr std::string_view find_latest_climate =
    "SELECT observed_ms, temperature, humidity FROM latest_climate WHERE device_id = ?";
constexpr std::string_view write_latest_climate =
    "REPLACE INTO latest_climate (device_id, observed_ms, temperature, humidity) VALUES (?, ?, ?, ?)";

constexpr std::string_view find_climate_quarters = R"(
    SELECT device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples
      FROM climate_quarter_hours WHERE device_id = ? AND bucket >= ? AND bucket < ? ORDER BY bucket)";
// FROM_UNIXTIME knows no later time than 2038.
constexpr std::string_view sum_climate_quarters = R"(
    SELECT ?, CAST(FLOOR(UNIX_TIMESTAMP(timestamp) / 900) AS SIGNED) AS quarter, COALESCE(SUM(temperature), 0),
           COUNT(temperature), COALESCE(SUM(humidity), 0), COUNT(humidity)
      FROM temphumid
     WHERE mac_address = ? AND timestamp >= FROM_UNIXTIME(? * 900)
       AND timestamp < FROM_UNIXTIME(LEAST(? * 900, 2147483647))
     GROUP BY quarter ORDER BY quarter)";
constexpr std::string_view find_oldest_climate = R"(
    SELECT CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED) FROM temphumid WHERE mac_address = ?
     ORDER BY timestamp LIMIT 1)";
constexpr std::string_view write_climate_quarter = R"(
    REPLACE INTO climate_quarter_hours
      (device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples)
    VALUES (?, ?, ?, ?, ?, ?))";
constexpr std::string_view delete_climate_quarter =
    "DELETE FROM climate_quarter_hours WHERE device_id = ? AND bucket = ?";

constexpr std::string_view find_last_purge =
    "SELECT last_run_ms FROM housekeeping WHERE job = 'purge' AND last_run_ms > 0";

}  // namespace

std::vector<std::string> raw_spellings(Connection& connection) {
    std::set<std::string> spellings;
    for (const RawTable& table : raw_tables) {
        auto found = connection.select_one<std::string>(table.first);
        while (found) {
            spellings.insert(*found);
            found = connection.select_one<std::string>(table.next, *found);
        }
    }
    return {spellings.begin(), spellings.end()};
}

bool is_spelling_of(Connection& connection, KnownDeviceId device, std::string_view spelling) {
    return connection.select_one<std::int64_t>(compare_spelling, device, spelling).value_or(0) > 0;
}

std::int64_t rename_rows(Database& database, std::string_view spelling, std::string_view uid) {
    std::int64_t renamed = 0;
    for (const RawTable& table : raw_tables) {
        for (;;) {
            const auto rows = database.execute(table.rename, uid, spelling, rename_chunk);
            renamed += static_cast<std::int64_t>(rows);
            if (rows == 0) break;
        }
    }
    return renamed;
}

NewestClimate newest_climate(Connection& connection, std::string_view uid) {
    return {connection.select_one<std::int64_t>(find_newest_climate, uid),
            connection.select_one<float>(find_temperature, uid),
            connection.select_one<float>(find_humidity, uid)};
}

std::optional<NewestClimate> latest_climate_of(Connection& connection, KnownDeviceId sensor) {
    return connection.select_one<NewestClimate>(find_latest_climate, sensor);
}

void replace_latest_climate(Connection& connection, KnownDeviceId sensor, const NewestClimate& climate) {
    connection.execute(write_latest_climate, sensor, climate.observed_ms, climate.temperature,
                       climate.humidity);
}

std::vector<ClimateQuarter> stored_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                    std::int64_t first_bucket, std::int64_t end_bucket) {
    return connection.select<ClimateQuarter>(find_climate_quarters, sensor, first_bucket, end_bucket);
}

std::vector<ClimateQuarter> raw_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                 std::string_view uid, std::int64_t first_bucket,
                                                 std::int64_t end_bucket) {
    return connection.select<ClimateQuarter>(sum_climate_quarters, sensor, uid, first_bucket, end_bucket);
}

std::optional<std::int64_t> oldest_climate(Connection& connection, std::string_view uid) {
    return connection.select_one<std::int64_t>(find_oldest_climate, uid);
}

void replace_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters) {
    connection.bulk(write_climate_quarter, quarters);
}

void delete_climate_quarters(Connection& connection, KnownDeviceId sensor,
                             const std::vector<std::int64_t>& buckets) {
    for_each_key(connection, delete_climate_quarter, sensor, buckets);
}

std::optional<core::Instant> last_purge(Connection& connection) {
    const auto ms = connection.select_one<std::int64_t>(find_last_purge);
    return ms ? std::optional(core::from_epoch_ms(*ms)) : std::nullopt;
}

}  // namespace silaware::storage
