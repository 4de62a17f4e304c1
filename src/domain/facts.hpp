#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"

// What a batch of readings stored, for those who judge it. `device_id` is the row of known_devices.
namespace silaware::domain {

/// The run time of a machine before and after a batch, in seconds since ever.
struct RunGrowth {
    std::uint32_t device_id;
    std::string uid;
    std::int64_t before_seconds;
    std::int64_t after_seconds;
};

struct ClimateFact {
    std::uint32_t device_id;
    std::string uid;
    core::Instant observed_at;
    std::optional<float> temperature;  ///< °C
    std::optional<float> humidity;     ///< %
};

struct PowerFact {
    std::uint32_t device_id;
    std::string uid;
    core::Instant observed_at;
    double watts;
};

}  // namespace silaware::domain
