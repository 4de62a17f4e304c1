#include "storage/counters_queries.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view sum_all = R"(
    SELECT COALESCE(SUM(received), 0), COALESCE(SUM(stored), 0), COALESCE(SUM(duplicates), 0),
           COALESCE(SUM(quarantined), 0), COALESCE(SUM(spooled), 0), COALESCE(SUM(spool_bytes), 0),
           MIN(IF(spooled > 0, oldest_spooled_ms, NULL)), COALESCE(SUM(reconnects), 0), COALESCE(SUM(batches), 0),
           COALESCE(SUM(commit_ms_total), 0), COALESCE(SUM(updated_ms >= ?), 0),
           COALESCE(SUM(connected AND updated_ms >= ?), 0)
      FROM ingest_counters)";

constexpr std::string_view count_open =
    "SELECT COUNT(*) FROM alerts WHERE raised_ms IS NOT NULL AND cleared_ms IS NULL";

}  // namespace

IngestSums sum_ingest_counters(Connection& connection, core::Instant alive_since) {
    const auto since = core::epoch_ms(alive_since);
    return connection.select_one<IngestSums>(sum_all, since, since).value_or(IngestSums{});
}

std::int64_t count_open_alerts(Connection& connection) {
    return connection.select_one<std::int64_t>(count_open).value_or(0);
}

}  // namespace silaware::storage
