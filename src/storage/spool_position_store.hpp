#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/database.hpp"

namespace silaware::storage {

/// How far a spool is stored, and what became of its messages since the spool was made.
struct SpoolPosition {
    std::int64_t position = 0;
    std::int64_t stored = 0;
    std::int64_t duplicates = 0;
    std::int64_t quarantined = 0;
};

/// Locked until the end of the transaction.
std::optional<SpoolPosition> lock_spool_position(Connection& connection, const std::string& spool_id);
void save_spool_position(Connection& connection, const std::string& spool_id, const SpoolPosition& position);

/// One consistent snapshot of an ingest process: received = stored + duplicates + quarantined + spooled.
struct IngestCounters {
    std::string spool_id;
    std::int64_t received = 0;
    std::int64_t stored = 0;
    std::int64_t duplicates = 0;
    std::int64_t quarantined = 0;
    std::int64_t spooled = 0;
    std::int64_t spool_bytes = 0;
    std::optional<std::int64_t> oldest_spooled_ms;
    std::int64_t reconnects = 0;
    std::int64_t batches = 0;
    double commit_ms_total = 0;
    bool connected = false;
    std::int64_t updated_ms = 0;
};
void save_ingest_counters(Database& database, const IngestCounters& counters);

}  // namespace silaware::storage
