#pragma once

#include "ingest/recompute_energy.hpp"

namespace silaware::ingest {

/// Replaces a meter's cycles, the cycle time of its days and the head of its cycles by what a fold of the raw
/// rows says. Cycles that ended before those rows stay, one that reaches into them keeps its start, and the
/// numbers go on from there. The meter must be locked.
void rebuild_cycles(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                    const Options& options, DeviceChanges& changes);

/// Takes the rows of `cycle_time` for true and only makes the cycle time of days and the head of them, so
/// that the next cycle goes on from an older system's last one. The meter must be locked.
void adopt_cycles(storage::Connection& connection, const MeterScope& scope, const core::SiteZone& zone,
                  DeviceChanges& changes);

}  // namespace silaware::ingest
