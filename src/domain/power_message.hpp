#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device_id.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

namespace silaware::domain {

enum class RelayState { off, on };

/// `ON` or `OFF`, as the column `relay_state` has it.
std::string_view name(RelayState state);

/// One row of `power_monitoring`; a value that was not a finite number is absent.
struct PowerSample {
    std::optional<float> voltage;    ///< V
    std::optional<float> current;    ///< A
    std::optional<float> power;      ///< W
    std::optional<float> frequency;  ///< Hz
    std::optional<float> pf;
    std::optional<double> energy;  ///< kWh register
    std::optional<double> co2;     ///< kg register
};

/// What a meter publishes; every sample shares the fields beside it.
struct PowerMessage {
    core::DeviceId uid;
    std::optional<core::LocalTime> rtc;     ///< the meter's wall clock, when it parses
    std::optional<RelayState> relay_state;  ///< `ON`/`OFF` in any case, 1/0, true/false
    std::optional<std::string>
        energy_history;  ///< the array as compact JSON text of at most 65,535 bytes, else absent
    std::vector<PowerSample> samples;  ///< at least one
};

/// The message in `payload`. Error: why it goes into quarantine, in words a technician understands; also when
/// its samples, each with the energy history, would take more than 4 MiB.
core::Result<PowerMessage> parse_power(std::string_view payload);

}  // namespace silaware::domain
