#pragma once

#include "core/time.hpp"

namespace silaware::core {

/// This machine's wall clock, the one place that reads it. Pure rooms get the time as a parameter.
Instant clock_now();

}  // namespace silaware::core
