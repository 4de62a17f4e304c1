#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

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

/// Throws DatabaseError.
std::int64_t count_open_alerts(Connection& connection);

}  // namespace silaware::storage
