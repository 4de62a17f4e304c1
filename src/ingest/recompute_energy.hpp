#pragma once

#include "ingest/options.hpp"
#include "ingest/recompute_changes.hpp"
#include "ingest/recompute_fold.hpp"

namespace silaware::ingest {

/// Which part of a meter's history is rebuilt.
struct MeterScope {
    storage::KnownDeviceId id = 0;
    std::string uid;
    std::optional<core::Instant> from = {};           ///< nothing before it is rewritten
    std::optional<core::Instant> until = {};          ///< nothing from it on is rewritten
    std::optional<core::Instant> purged_before = {};  ///< rows received before it were purged
    std::optional<core::Instant> edge = {};  ///< of a purge: the fold begins with the first row behind it
    std::int64_t usual_interval_ms = 5'000;
};

/// Brings quarter hours, days, corrections and the register states in line with what a fold of the raw rows
/// says, but for the time whose raw rows are purged. The meter must be locked.
void rebuild_energy(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                    const core::SiteZone& zone, DeviceChanges& changes);

}  // namespace silaware::ingest
