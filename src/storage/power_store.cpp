#include "storage/power_store.hpp"

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_row = R"(
    INSERT INTO power_monitoring
      (uid, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2, energy_history, timestamp,
       observed_ms, message_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

constexpr std::string_view save_latest = R"(
    INSERT INTO latest_readings
      (device_id, observed_ms, received_ms, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2,
       energy_history, history_observed_ms, changed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
      observed_ms = VALUES(observed_ms), received_ms = VALUES(received_ms), rtc = VALUES(rtc),
      relay_state = VALUES(relay_state), voltage = VALUES(voltage), current = VALUES(current),
      power = VALUES(power), frequency = VALUES(frequency), pf = VALUES(pf), energy = VALUES(energy),
      co2 = VALUES(co2), energy_history = COALESCE(VALUES(energy_history), energy_history),
      history_observed_ms = COALESCE(VALUES(history_observed_ms), history_observed_ms), changed = VALUES(changed))";

constexpr std::string_view find_by_hash =
    "SELECT 1 FROM power_monitoring WHERE uid = ? AND message_hash = ? LIMIT 1";

}  // namespace

void insert_power_rows(Connection& connection, const std::vector<PowerRow>& rows) {
    connection.bulk(insert_row, rows);
}

std::vector<LatestReading> latest_readings(Connection& connection, std::span<const KnownDeviceId> meters) {
    if (meters.empty()) return {};
    return connection.select<LatestReading>(
        "SELECT device_id, observed_ms, received_ms, rtc, relay_state, voltage, current, power, frequency, "
        "pf,"
        " energy, co2, NULL, history_observed_ms, changed FROM latest_readings WHERE device_id IN " +
        in_list(meters));
}

void save_latest_readings(Connection& connection, const std::vector<LatestReading>& readings) {
    connection.bulk(save_latest, readings);
}

bool power_message_stored(Connection& connection, std::string_view uid, std::int64_t message_hash) {
    return connection.select_one<int>(find_by_hash, uid, message_hash).has_value();
}

}  // namespace silaware::storage
