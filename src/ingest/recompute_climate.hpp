#pragma once

#include "ingest/recompute_energy.hpp"

namespace silaware::ingest {

/// Brings the latest climate reading and the quarter hours of a sensor in line with its rows, but for the
/// time whose raw rows are purged; answers when its newest row was received. The sensor must be locked.
std::optional<std::int64_t> rebuild_climate(storage::Connection& connection, const MeterScope& scope,
                                            DeviceChanges& changes);

}  // namespace silaware::ingest
