#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A reading of a meter as its page shows it.
struct ShownReading {
    std::optional<std::string> rtc;  ///< YYYY-MM-DD HH:MM:SS, the meter's wall clock
    std::optional<std::int64_t> observed_ms;
    std::optional<std::string> relay_state;
    std::optional<float> voltage;
    std::optional<float> current;
    std::optional<float> power;
    std::optional<float> frequency;
    std::optional<float> pf;
    std::optional<double> energy;
    std::optional<double> co2;
};
/// The last `count` readings of a meter, oldest first. Throws DatabaseError.
std::vector<ShownReading> last_readings(Connection& connection, std::string_view uid, int count,
                                        core::Instant until);

/// The newest energy_history a meter sent, as JSON text, and when it was read.
struct StoredHistory {
    std::optional<std::string> json;
    std::optional<std::int64_t> observed_ms;
};
/// Nothing for a meter without a reading. Throws DatabaseError.
std::optional<StoredHistory> newest_energy_history(Connection& connection, KnownDeviceId meter);

}  // namespace silaware::storage
