#pragma once

#include "ingest/batch.hpp"
#include "ingest/devices.hpp"

namespace silaware::ingest {

/// Stores the room climate readings of a batch. Runs in the batch's transaction.
void store_climate(storage::Connection& connection, const Batch& batch, Devices& devices,
                   const Options& options, core::Instant now);

}  // namespace silaware::ingest
