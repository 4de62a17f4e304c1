#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

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
/// Throws DatabaseError.
void save_ingest_counters(Database& database, const IngestCounters& counters);

/// The counters of all ingest processes together: received = stored + duplicates + quarantined + spooled.
struct IngestSums {
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
    std::int64_t processes = 0;  ///< that wrote their counters since `alive_since`
    std::int64_t connected = 0;  ///< of them, to the broker
};

/// Throws DatabaseError.
IngestSums sum_ingest_counters(Connection& connection, core::Instant alive_since);

}  // namespace silaware::storage
