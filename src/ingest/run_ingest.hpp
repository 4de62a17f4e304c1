#pragma once

#include "ingest/batch.hpp"
#include "ingest/devices.hpp"

namespace silaware::ingest {

/// Stores the machine runs of a batch, their days and totals; the number of those that were there already.
/// Runs in the batch's transaction.
std::int64_t store_runs(storage::Connection& connection, const Batch& batch, Devices& devices,
                        const Options& options, core::Instant now);

}  // namespace silaware::ingest
