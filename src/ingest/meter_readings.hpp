#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/energy_register.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::ingest {

struct MeterPower {
    core::Instant at;
    std::optional<float> watts;
    std::optional<float> pf;
};

/// The readings of one meter, in order of receipt.
struct MeterReadings {
    storage::KnownDeviceId device_id = 0;
    std::string uid;
    std::vector<core::Instant> observed;
    std::vector<MeterPower> power;
    std::vector<domain::RegisterReading> energy;
    std::vector<domain::RegisterReading> co2;
};

}  // namespace silaware::ingest
