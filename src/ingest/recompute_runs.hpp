#pragma once

#include "ingest/recompute_energy.hpp"

namespace silaware::ingest {

/// Replaces the run days and the total of a machine by what its records say, equal ones counted once; days
/// whose records are purged stay. Answers when its newest record was received. The machine must be locked.
std::optional<std::int64_t> rebuild_runs(storage::Connection& connection, const MeterScope& scope,
                                         const core::SiteZone& zone, core::Instant now,
                                         DeviceChanges& changes);

}  // namespace silaware::ingest
