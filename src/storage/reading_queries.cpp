#include "storage/reading_queries.hpp"

#include <algorithm>

namespace silaware::storage {

namespace {

// A walk backwards through the index (uid, observed_ms); the id, which is part of it, is the order of
// receipt.
constexpr std::string_view find_last = R"(
    SELECT rtc, observed_ms, relay_state, voltage, current, power, frequency, pf, energy, co2
      FROM power_monitoring
     WHERE uid = ? AND (observed_ms <= ? OR timestamp <= FROM_UNIXTIME(? / 1000))
     ORDER BY observed_ms DESC, id DESC LIMIT ?)";

constexpr std::string_view find_history =
    "SELECT energy_history, history_observed_ms FROM latest_readings WHERE device_id = ?";

}  // namespace

std::vector<ShownReading> last_readings(Connection& connection, std::string_view uid, int count,
                                        core::Instant until) {
    const std::int64_t until_ms = core::epoch_ms(until);
    auto readings = connection.select<ShownReading>(find_last, uid, until_ms, until_ms, count);
    std::reverse(readings.begin(), readings.end());
    return readings;
}

std::optional<StoredHistory> newest_energy_history(Connection& connection, KnownDeviceId meter) {
    return connection.select_one<StoredHistory>(find_history, meter);
}

}  // namespace silaware::storage
