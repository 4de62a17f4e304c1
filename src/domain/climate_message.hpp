#pragma once

#include <optional>
#include <string_view>

#include "core/device_id.hpp"
#include "core/error.hpp"

namespace silaware::domain {

/// What a room sensor publishes, a row of `temphumid`; at least one of the values is there.
struct ClimateMessage {
    core::DeviceId id;
    std::optional<float> temperature;  ///< °C
    std::optional<float> humidity;     ///< % relative
};

/// The message in `payload`. Error: why it goes into quarantine, in words a technician understands.
core::Result<ClimateMessage> parse_climate(std::string_view payload);

}  // namespace silaware::domain
