#include "storage/climate_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_row = R"(
    INSERT INTO temphumid (mac_address, temperature, humidity, timestamp, message_hash)
    VALUES (?, ?, ?, FROM_UNIXTIME(? / 1000), ?))";

constexpr std::string_view save_latest = R"(
    INSERT INTO latest_climate (device_id, observed_ms, temperature, humidity) VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
      temperature = IF(VALUES(observed_ms) >= observed_ms, COALESCE(VALUES(temperature), temperature), temperature),
      humidity = IF(VALUES(observed_ms) >= observed_ms, COALESCE(VALUES(humidity), humidity), humidity),
      observed_ms = GREATEST(observed_ms, VALUES(observed_ms)))";

constexpr std::string_view add_quarter = R"(
    INSERT INTO climate_quarter_hours
      (device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples)
    VALUES (?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
      temperature_sum = temperature_sum + VALUES(temperature_sum),
      temperature_samples = temperature_samples + VALUES(temperature_samples),
      humidity_sum = humidity_sum + VALUES(humidity_sum),
      humidity_samples = humidity_samples + VALUES(humidity_samples))";

constexpr std::string_view find_by_hash =
    "SELECT 1 FROM temphumid WHERE mac_address = ? AND message_hash = ? LIMIT 1";

}  // namespace

void insert_climate_rows(Connection& connection, const std::vector<ClimateRow>& rows) {
    connection.bulk(insert_row, rows);
}

void save_latest_climate(Connection& connection, const std::vector<LatestClimate>& readings) {
    connection.bulk(save_latest, readings);
}

void add_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters) {
    connection.bulk(add_quarter, quarters);
}

bool climate_message_stored(Connection& connection, std::string_view mac_address, std::int64_t message_hash) {
    return connection.select_one<int>(find_by_hash, mac_address, message_hash).has_value();
}

}  // namespace silaware::storage
