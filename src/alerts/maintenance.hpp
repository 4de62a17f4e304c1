#pragma once

#include <span>

#include "alerts/facts.hpp"
#include "alerts/lifecycle.hpp"

namespace silaware::alerts {

/// Tells of each machine whose run time passed a multiple of `utils_min_duration`, for the highest one, and
/// logs it (`check_utils_and_notify`). Throws DatabaseError.
void judge_maintenance(storage::Connection& connection, Lifecycle& lifecycle,
                       std::span<const RunGrowth> growth, core::Instant now);

}  // namespace silaware::alerts
