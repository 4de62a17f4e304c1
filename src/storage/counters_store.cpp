#include "storage/counters_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view save_counters = R"(
    REPLACE INTO ingest_counters
      (spool_id, received, stored, duplicates, quarantined, spooled, spool_bytes, oldest_spooled_ms, reconnects,
       batches, commit_ms_total, connected, updated_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

constexpr std::string_view sum_all = R"(
    SELECT COALESCE(SUM(received), 0), COALESCE(SUM(stored), 0), COALESCE(SUM(duplicates), 0),
           COALESCE(SUM(quarantined), 0), COALESCE(SUM(spooled), 0), COALESCE(SUM(spool_bytes), 0),
           MIN(IF(spooled > 0, oldest_spooled_ms, NULL)), COALESCE(SUM(reconnects), 0), COALESCE(SUM(batches), 0),
           COALESCE(SUM(commit_ms_total), 0), COALESCE(SUM(updated_ms >= ?), 0),
           COALESCE(SUM(connected AND updated_ms >= ?), 0)
      FROM ingest_counters)";

}  // namespace

void save_ingest_counters(Database& database, const IngestCounters& counters) {
    database.execute(save_counters, counters.spool_id, counters.received, counters.stored,
                     counters.duplicates, counters.quarantined, counters.spooled, counters.spool_bytes,
                     counters.oldest_spooled_ms, counters.reconnects, counters.batches,
                     counters.commit_ms_total, counters.connected, counters.updated_ms);
}

IngestSums sum_ingest_counters(Connection& connection, core::Instant alive_since) {
    const auto since = core::epoch_ms(alive_since);
    return connection.select_one<IngestSums>(sum_all, since, since).value_or(IngestSums{});
}

}  // namespace silaware::storage
