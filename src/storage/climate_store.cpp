#include "storage/climate_store.hpp"

#include "storage/rows_by_key.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_row = R"(
    INSERT INTO temphumid (mac_address, temperature, humidity, timestamp, message_hash)
    VALUES (?, ?, ?, FROM_UNIXTIME(? / 1000), ?))";

constexpr std::string_view find_by_hash =
    "SELECT 1 FROM temphumid WHERE mac_address = ? AND message_hash = ? LIMIT 1";

constexpr std::string_view find_oldest = R"(
    SELECT CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED) FROM temphumid WHERE mac_address = ?
     ORDER BY timestamp LIMIT 1)";
constexpr std::string_view find_newest = R"(
    SELECT CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED) FROM temphumid
     WHERE mac_address = ? AND timestamp <= FROM_UNIXTIME(? / 1000) ORDER BY timestamp DESC LIMIT 1)";
constexpr std::string_view find_temperature = R"(
    SELECT temperature FROM temphumid
     WHERE mac_address = ? AND timestamp <= FROM_UNIXTIME(? / 1000) AND temperature IS NOT NULL
     ORDER BY timestamp DESC, id DESC LIMIT 1)";
constexpr std::string_view find_humidity = R"(
    SELECT humidity FROM temphumid
     WHERE mac_address = ? AND timestamp <= FROM_UNIXTIME(? / 1000) AND humidity IS NOT NULL
     ORDER BY timestamp DESC, id DESC LIMIT 1)";

constexpr std::string_view save_latest = R"(
    INSERT INTO latest_climate (device_id, observed_ms, temperature, humidity) VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
      temperature = IF(VALUES(observed_ms) >= observed_ms, COALESCE(VALUES(temperature), temperature), temperature),
      humidity = IF(VALUES(observed_ms) >= observed_ms, COALESCE(VALUES(humidity), humidity), humidity),
      observed_ms = GREATEST(observed_ms, VALUES(observed_ms)))";
constexpr std::string_view find_latest =
    "SELECT observed_ms, temperature, humidity FROM latest_climate WHERE device_id = ?";
constexpr std::string_view write_latest =
    "REPLACE INTO latest_climate (device_id, observed_ms, temperature, humidity) VALUES (?, ?, ?, ?)";

constexpr std::string_view add_quarter = R"(
    INSERT INTO climate_quarter_hours
      (device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples)
    VALUES (?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
      temperature_sum = temperature_sum + VALUES(temperature_sum),
      temperature_samples = temperature_samples + VALUES(temperature_samples),
      humidity_sum = humidity_sum + VALUES(humidity_sum),
      humidity_samples = humidity_samples + VALUES(humidity_samples))";
constexpr std::string_view find_quarters = R"(
    SELECT device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples
      FROM climate_quarter_hours WHERE device_id = ? AND bucket >= ? AND bucket < ? ORDER BY bucket)";
// FROM_UNIXTIME knows no later time than 2038.
constexpr std::string_view sum_quarters = R"(
    SELECT ?, CAST(FLOOR(UNIX_TIMESTAMP(timestamp) / 900) AS SIGNED) AS quarter, COALESCE(SUM(temperature), 0),
           COUNT(temperature), COALESCE(SUM(humidity), 0), COUNT(humidity)
      FROM temphumid
     WHERE mac_address = ? AND timestamp >= FROM_UNIXTIME(? * 900)
       AND timestamp < FROM_UNIXTIME(LEAST(? * 900, 2147483647))
     GROUP BY quarter ORDER BY quarter)";
constexpr std::string_view write_quarter = R"(
    REPLACE INTO climate_quarter_hours
      (device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples)
    VALUES (?, ?, ?, ?, ?, ?))";
constexpr std::string_view delete_quarter =
    "DELETE FROM climate_quarter_hours WHERE device_id = ? AND bucket = ?";

}  // namespace

void insert_climate_rows(Connection& connection, const std::vector<ClimateRow>& rows) {
    connection.bulk(insert_row, rows);
}

bool climate_message_stored(Connection& connection, std::string_view mac_address, std::int64_t message_hash) {
    return connection.select_one<int>(find_by_hash, mac_address, message_hash).has_value();
}

std::optional<std::int64_t> oldest_climate(Connection& connection, std::string_view uid) {
    return connection.select_one<std::int64_t>(find_oldest, uid);
}

NewestClimate newest_climate(Connection& connection, std::string_view uid, core::Instant until) {
    const std::int64_t until_ms = core::epoch_ms(until);
    return {connection.select_one<std::int64_t>(find_newest, uid, until_ms),
            connection.select_one<float>(find_temperature, uid, until_ms),
            connection.select_one<float>(find_humidity, uid, until_ms)};
}

void save_latest_climate(Connection& connection, const std::vector<LatestClimate>& readings) {
    connection.bulk(save_latest, readings);
}

std::optional<NewestClimate> latest_climate_of(Connection& connection, KnownDeviceId sensor) {
    return connection.select_one<NewestClimate>(find_latest, sensor);
}

void replace_latest_climate(Connection& connection, KnownDeviceId sensor, const NewestClimate& climate) {
    connection.execute(write_latest, sensor, climate.observed_ms, climate.temperature, climate.humidity);
}

void age_latest_climate(Connection& connection, std::span<const KnownDeviceId> sensors) {
    if (sensors.empty()) return;
    connection.execute("UPDATE latest_climate SET observed_ms = 0 WHERE device_id IN " + in_list(sensors));
}

void add_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters) {
    connection.bulk(add_quarter, quarters);
}

std::vector<ClimateQuarter> stored_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                    std::int64_t first_bucket, std::int64_t end_bucket) {
    return connection.select<ClimateQuarter>(find_quarters, sensor, first_bucket, end_bucket);
}

std::vector<ClimateQuarter> raw_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                 std::string_view uid, std::int64_t first_bucket,
                                                 std::int64_t end_bucket) {
    return connection.select<ClimateQuarter>(sum_quarters, sensor, uid, first_bucket, end_bucket);
}

void replace_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters) {
    connection.bulk(write_quarter, quarters);
}

void delete_climate_quarters(Connection& connection, KnownDeviceId sensor,
                             const std::vector<std::int64_t>& buckets) {
    for_each_key(connection, delete_quarter, sensor, buckets);
}

}  // namespace silaware::storage
