#pragma once

#include <span>

#include "alerts/facts.hpp"
#include "alerts/lifecycle.hpp"

namespace silaware::alerts {

/// Judges room readings, in the order they came, by the maxima of the settings and of their sensors
/// (`check_temperature_and_notify`). Throws DatabaseError.
void judge_climate(storage::Connection& connection, Lifecycle& lifecycle, const storage::AlertRules& rules,
                   std::span<const ClimateFact> facts);

}  // namespace silaware::alerts
