#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// The newest reading of a meter, as it goes to live pages.
struct LiveReading {
    KnownDeviceId device_id = 0;
    std::string uid;
    std::optional<float> power_w;
    std::optional<float> voltage;
    std::optional<float> current;
    std::optional<float> pf;
    std::optional<float> frequency;
    std::optional<double> energy_kwh;
    std::optional<double> co2_kg;
    std::optional<std::string> relay_state;
    std::int64_t observed_ms = 0;
    std::int64_t received_ms = 0;
    std::int64_t changed = 0;  ///< when ingest wrote it, epoch milliseconds by its clock
};

/// The newest readings written at `changed_since` or later, in the order of writing. Throws DatabaseError.
std::vector<LiveReading> readings_changed_since(Connection& connection, std::int64_t changed_since);

}  // namespace silaware::storage
