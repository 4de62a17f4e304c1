#include <unistd.h>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/stop_signal.hpp"
#include "core/clock.hpp"
#include "domain/retention.hpp"
#include "storage/migrations.hpp"
#include "storage/purge.hpp"

namespace silaware::app {

int run_purge(const Settings& settings) {
    StopSignal stop;
    storage::Database database(database_options(settings));
    if (const auto schema = storage::require_current_schema(*database.acquire()); !schema)
        return complain(schema.error());
    const core::Instant now = core::clock_now();
    const core::Instant cutoff = domain::retention_cutoff(
        now, static_cast<int>(settings.integer("RETENTION_MONTHS")), site_zone(settings));
    storage::note_job(database, "purge", now);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    const std::int64_t deleted = storage::purge_before(
        database, cutoff, site_zone(settings), storage::Search::every_row,
        [&](const storage::PurgeProgress& progress) {
            if (terminal) {
                fmt::print("\r{:<24} {:>12} rows deleted", progress.table, progress.deleted);
                std::fflush(stdout);
            }
            return !stop.token().stop_requested();
        });
    fmt::print("{}{} rows older than {} UTC deleted\n", terminal ? "\n" : "", deleted,
               core::format_utc(cutoff));
    return stop.token().stop_requested() ? Exit::failed : Exit::ok;
}

}  // namespace silaware::app
