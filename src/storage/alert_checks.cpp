#include "storage/alert_checks.hpp"

#include "storage/housekeeping_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::chrono::seconds alive_within{15};
constexpr std::chrono::seconds tolerated_backlog{30};

constexpr std::string_view listening_since = "listening since";
constexpr std::string_view listening_checked = "listening checked";

constexpr std::string_view count_ingests = R"(
    SELECT COUNT(*), COALESCE(SUM(connected = 1 AND COALESCE(oldest_spooled_ms, ?) >= ?), 0)
      FROM ingest_counters WHERE updated_ms >= ?)";

constexpr std::string_view select_heard = R"(
    SELECT k.uid, k.last_seen_ms, k.usual_interval_ms, k.last_climate_ms
      FROM known_devices k
     WHERE (k.last_power_ms IS NOT NULL OR k.last_climate_ms IS NOT NULL) AND k.last_seen_ms >= ? ORDER BY k.id)";

constexpr std::string_view select_stuck = R"(
    SELECT k.uid FROM known_devices k JOIN temphumid t ON t.mac_address = k.uid
     WHERE k.last_climate_ms >= ? AND t.timestamp >= FROM_UNIXTIME(? / 1000)
     GROUP BY k.id, k.uid
    HAVING COUNT(*) >= ? AND TIMESTAMPDIFF(HOUR, MIN(t.timestamp), MAX(t.timestamp)) >= 23
       AND COALESCE(MIN(t.temperature) = MAX(t.temperature), TRUE)
       AND COALESCE(MIN(t.humidity) = MAX(t.humidity), TRUE))";

constexpr std::string_view select_power = R"(
    SELECT k.uid, SUM(q.energy_kwh), SUM(q.energy_kwh * q.pf_samples / q.pf_sum)
      FROM known_devices k JOIN quarter_hours q ON q.device_id = k.id
     WHERE k.last_power_ms IS NOT NULL AND q.bucket >= ? AND q.pf_sum > 0 AND q.energy_kwh > 0
     GROUP BY k.id, k.uid)";

struct IngestCount {
    std::int64_t alive;
    std::int64_t listening;
};

}  // namespace

Listening read_listening(Connection& connection) {
    const core::Instant never = core::from_epoch_ms(0);
    return {core::epoch_ms(last_run(connection, listening_since).value_or(never)),
            core::epoch_ms(last_run(connection, listening_checked).value_or(never))};
}

void write_listening(Connection& connection, const Listening& listening) {
    note_job(connection, listening_since, core::from_epoch_ms(listening.since_ms));
    note_job(connection, listening_checked, core::from_epoch_ms(listening.checked_ms));
}

bool is_ingest_listening(Connection& connection, core::Instant now) {
    const std::int64_t now_ms = core::epoch_ms(now);
    const auto count = connection.select_one<IngestCount>(
        count_ingests, now_ms, core::epoch_ms(now - tolerated_backlog), core::epoch_ms(now - alive_within));
    return count && count->alive > 0 && count->alive == count->listening;
}

std::vector<HeardDevice> heard_devices(Connection& connection, core::Instant since) {
    return connection.select<HeardDevice>(select_heard, core::epoch_ms(since));
}

std::vector<std::string> stuck_sensors(Connection& connection, core::Instant since, std::int64_t least) {
    return connection.select<std::string>(select_stuck, core::epoch_ms(since), core::epoch_ms(since), least);
}

std::vector<MonthlyPower> power_since_bucket(Connection& connection, std::int64_t bucket) {
    return connection.select<MonthlyPower>(select_power, bucket);
}

std::vector<SpoolFill> spool_fills(Connection& connection, core::Instant now) {
    return connection.select<SpoolFill>(
        "SELECT spool_id, spool_bytes FROM ingest_counters WHERE updated_ms >= ?",
        core::epoch_ms(now - alive_within));
}

bool is_outage_recorded(Connection& connection, core::Instant since) {
    return connection
               .select_one<std::int64_t>(
                   "SELECT COUNT(*) FROM alerts WHERE kind = 'database' AND cleared_ms >= ?",
                   core::epoch_ms(since))
               .value_or(0) > 0;
}

}  // namespace silaware::storage
