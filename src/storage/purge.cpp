#include "storage/purge.hpp"

#include <array>
#include <thread>

namespace silaware::storage {

namespace {

constexpr std::int64_t chunk = 1'000;
constexpr std::chrono::milliseconds skew = std::chrono::minutes{5};  // between the clocks of two machines
// Times as long as a chunk took. The server cleans up behind a chunk for about as long again, and processor
// and disk are to stay with ingest and the portal: half a day of rows may take half an hour to go.
constexpr int rests = 3;

// A last run in the future is a clock that was set back since.
constexpr std::string_view claim = R"(
    UPDATE housekeeping SET last_run_ms = ? WHERE job = ? AND (last_run_ms <= ? OR last_run_ms > ?))";
constexpr std::string_view introduce = "INSERT IGNORE INTO housekeeping (job, last_run_ms) VALUES (?, 0)";
constexpr std::string_view note = "REPLACE INTO housekeeping (job, last_run_ms) VALUES (?, ?)";

// Each is a walk along an index by age, so that a chunk costs the same however long the table is. The order
// says so to the server, which would rather scan (and lock) the table where much of it is to go.
enum class Unit { milliseconds, seconds, wall_clock };
struct Purged {
    std::string_view table;
    std::string_view sql;
    Unit unit;  ///< of the cutoff it takes
};
constexpr std::array purged_tables = {
    Purged{
        "power_monitoring",
        "DELETE FROM power_monitoring WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp LIMIT ?",
        Unit::milliseconds},
    // Rows put in by hand have no stop_ms.
    Purged{"cycle_time", "DELETE FROM cycle_time WHERE stop < ? ORDER BY stop LIMIT ?", Unit::wall_clock},
    Purged{"utils", "DELETE FROM utils WHERE stop < ? ORDER BY stop LIMIT ?", Unit::seconds},
    Purged{"utils_notification_log",
           "DELETE FROM utils_notification_log WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp"
           " LIMIT ?",
           Unit::milliseconds},
    Purged{"temphumid",
           "DELETE FROM temphumid WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp LIMIT ?",
           Unit::milliseconds},
    Purged{"quarantine", "DELETE FROM quarantine WHERE received_ms < ? ORDER BY received_ms LIMIT ?",
           Unit::milliseconds},
};

std::uint64_t delete_chunk(Connection& connection, const Purged& purged, core::Instant cutoff,
                           const core::SiteZone& zone) {
    switch (purged.unit) {
        case Unit::milliseconds:
            return connection.execute(purged.sql, core::epoch_ms(cutoff), chunk);
        case Unit::seconds:
            return connection.execute(purged.sql, core::epoch_ms(cutoff) / 1000, chunk);
        case Unit::wall_clock:
            return connection.execute(purged.sql, core::format_local(zone.to_local(cutoff)), chunk);
    }
    return 0;
}

}  // namespace

bool claim_job(Database& database, std::string_view job, std::chrono::milliseconds interval,
               core::Instant now) {
    database.execute(introduce, job);
    const std::int64_t now_ms = core::epoch_ms(now);
    return database.execute(claim, now_ms, job, core::epoch_ms(now - interval), now_ms + skew.count()) == 1;
}

void note_job(Database& database, std::string_view job, core::Instant now) {
    database.execute(note, job, core::epoch_ms(now));
}

std::int64_t purge_before(Database& database, core::Instant cutoff, const core::SiteZone& zone,
                          const std::function<bool(const PurgeProgress&)>& go_on) {
    std::int64_t total = 0;
    for (const Purged& purged : purged_tables) {
        std::int64_t deleted = 0;
        for (;;) {
            const auto begin = std::chrono::steady_clock::now();
            const auto rows = static_cast<std::int64_t>(database.transaction(
                [&](Connection& connection) { return delete_chunk(connection, purged, cutoff, zone); }));
            deleted += rows;
            total += rows;
            if (rows == 0) break;
            if (!go_on({purged.table, deleted})) return total;
            std::this_thread::sleep_for(rests * (std::chrono::steady_clock::now() - begin));
        }
    }
    return total;
}

}  // namespace silaware::storage
