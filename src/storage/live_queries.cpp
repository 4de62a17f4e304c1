#include "storage/live_queries.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_changed = R"(
    SELECT l.device_id, k.uid, l.power, l.voltage, l.current, l.pf, l.frequency, l.energy, l.co2, l.relay_state,
           l.observed_ms, l.received_ms, l.changed
      FROM latest_readings l JOIN known_devices k ON k.id = l.device_id
     WHERE l.changed >= ? ORDER BY l.changed, l.device_id)";

}  // namespace

std::vector<LiveReading> readings_changed_since(Connection& connection, std::int64_t changed_since) {
    return connection.select<LiveReading>(find_changed, changed_since);
}

}  // namespace silaware::storage
