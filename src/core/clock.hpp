#pragma once

#include <stop_token>

#include "core/time.hpp"

namespace silaware::core {

/// This machine's wall clock, the one place that reads it. Pure rooms get the time as a parameter.
Instant clock_now();

/// Waits for `time`, or until `stop` comes: then the answer is false.
bool pause(const std::stop_token& stop, Milliseconds time);

}  // namespace silaware::core
