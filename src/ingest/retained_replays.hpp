#pragma once

#include "ingest/batch.hpp"
#include "storage/database.hpp"

namespace silaware::ingest {

/// True if any message is a broker's replay of a retained one.
bool has_replays(const Batch& batch);

/// Replays of retained messages at subscribing, whose bytes were stored before, are duplicates: they are
/// taken out and counted. Runs need no look, they are compared by their fields. In the transaction that
/// stores the batch. Throws DatabaseError.
void take_out_replays(storage::Connection& connection, Batch& batch, core::Instant now);

}  // namespace silaware::ingest
