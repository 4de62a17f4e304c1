#include "storage/purge.hpp"

#include <array>
#include <thread>

namespace silaware::storage {

namespace {

constexpr std::int64_t chunk = 1'000;
// Times as long as a chunk took. The server cleans up behind a chunk for about as long again, and processor
// and disk are to stay with ingest and the portal: half a day of rows may take half an hour to go.
constexpr int rests = 3;

constexpr std::string_view claim = R"(
    UPDATE housekeeping SET last_run_ms = ? WHERE job = ? AND last_run_ms <= ?)";
constexpr std::string_view introduce = "INSERT IGNORE INTO housekeeping (job, last_run_ms) VALUES (?, 0)";
constexpr std::string_view note = "REPLACE INTO housekeeping (job, last_run_ms) VALUES (?, ?)";

// Each is a walk along an index by age, so that a chunk costs the same however long the table is. The order
// says so to the server, which would rather scan (and lock) the table where much of it is to go.
struct Purged {
    std::string_view table;
    std::string_view sql;
    std::int64_t divisor;  ///< of epoch milliseconds: the unit of the column
};
constexpr std::array purged_tables = {
    Purged{
        "power_monitoring",
        "DELETE FROM power_monitoring WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp LIMIT ?",
        1},
    Purged{"cycle_time", "DELETE FROM cycle_time WHERE stop_ms < ? ORDER BY stop_ms LIMIT ?", 1},
    Purged{"utils", "DELETE FROM utils WHERE stop < ? ORDER BY stop LIMIT ?", 1000},
    Purged{"utils_notification_log",
           "DELETE FROM utils_notification_log WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp"
           " LIMIT ?",
           1},
    Purged{"temphumid",
           "DELETE FROM temphumid WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp LIMIT ?", 1},
};

}  // namespace

bool claim_job(Database& database, std::string_view job, std::chrono::milliseconds interval,
               core::Instant now) {
    database.execute(introduce, job);
    return database.execute(claim, core::epoch_ms(now), job, core::epoch_ms(now - interval)) == 1;
}

void note_job(Database& database, std::string_view job, core::Instant now) {
    database.execute(note, job, core::epoch_ms(now));
}

std::int64_t purge_before(Database& database, core::Instant cutoff,
                          const std::function<bool(const PurgeProgress&)>& go_on) {
    std::int64_t total = 0;
    for (const Purged& purged : purged_tables) {
        std::int64_t deleted = 0;
        for (;;) {
            const auto begin = std::chrono::steady_clock::now();
            const auto rows = static_cast<std::int64_t>(database.transaction([&](Connection& connection) {
                return connection.execute(purged.sql, core::epoch_ms(cutoff) / purged.divisor, chunk);
            }));
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
