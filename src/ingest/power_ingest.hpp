#pragma once

#include "ingest/batch.hpp"
#include "ingest/devices.hpp"

namespace silaware::ingest {

/// Stores the power messages of a batch with all that follows from them: rows, latest readings, cycles,
/// energy, quarter hours and days. Runs in the batch's transaction.
void store_power(storage::Connection& connection, const Batch& batch, Devices& devices,
                 const Options& options, core::Instant now);

}  // namespace silaware::ingest
