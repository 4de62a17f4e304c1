#pragma once

#include <span>

#include "alerts/facts.hpp"
#include "alerts/lifecycle.hpp"

namespace silaware::alerts {

/// Judges the power of the meters that have a rated power. Throws DatabaseError.
void judge_power(storage::Connection& connection, Lifecycle& lifecycle, const storage::AlertRules& rules,
                 std::span<const PowerFact> facts);

}  // namespace silaware::alerts
