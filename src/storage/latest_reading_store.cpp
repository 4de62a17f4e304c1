#include "storage/latest_reading_store.hpp"

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_latest = R"(
    SELECT device_id, observed_ms, received_ms, rtc, relay_state, voltage, current, power, frequency, pf, energy,
           co2, NULL, history_observed_ms, changed
      FROM latest_readings WHERE device_id IN )";
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

constexpr std::string_view row_as_latest = R"(
    SELECT ?, observed_ms, CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED), rtc, relay_state, voltage,
           current, power, frequency, pf, energy, co2, NULL, NULL, 0
      FROM power_monitoring WHERE id = ?)";
constexpr std::string_view find_history =
    "SELECT observed_ms, energy_history FROM power_monitoring WHERE id = ?";
constexpr std::string_view find_latest = R"(
    SELECT device_id, observed_ms, received_ms, rtc, relay_state, voltage, current, power, frequency, pf, energy,
           co2, energy_history, history_observed_ms, changed
      FROM latest_readings WHERE device_id = ?)";
constexpr std::string_view write_latest = R"(
    REPLACE INTO latest_readings
      (device_id, observed_ms, received_ms, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2,
       energy_history, history_observed_ms, changed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

}  // namespace

std::vector<LatestReading> latest_readings(Connection& connection, std::span<const KnownDeviceId> meters) {
    if (meters.empty()) return {};
    return connection.select<LatestReading>(std::string(select_latest) + in_list(meters));
}

void save_latest_readings(Connection& connection, const std::vector<LatestReading>& readings) {
    connection.bulk(save_latest, readings);
}

LatestReading as_latest(Connection& connection, KnownDeviceId meter, std::int64_t id,
                        std::optional<std::int64_t> history_id) {
    struct History {
        std::int64_t observed_ms;
        std::string text;
    };
    auto latest = connection.select_one<LatestReading>(row_as_latest, meter, id).value_or(LatestReading{});
    if (!history_id) return latest;
    if (auto history = connection.select_one<History>(find_history, *history_id)) {
        latest.energy_history = std::move(history->text);
        latest.history_observed_ms = history->observed_ms;
    }
    return latest;
}

std::optional<LatestReading> latest_with_history(Connection& connection, KnownDeviceId meter) {
    return connection.select_one<LatestReading>(find_latest, meter);
}

void replace_latest(Connection& connection, const LatestReading& latest) {
    connection.bulk(write_latest, std::vector<LatestReading>{latest});
}

}  // namespace silaware::storage
