#include <unistd.h>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/database_guard.hpp"
#include "app/environment.hpp"
#include "app/stop_signal.hpp"
#include "core/clock.hpp"
#include "domain/retention.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/migrations.hpp"
#include "storage/purge.hpp"

namespace silaware::app {

int run_purge(const Settings& settings) {
    StopSignal stop;
    storage::Database database(database_options(settings));
    if (const auto schema = storage::require_current_schema(*database.acquire()); !schema)
        return complain(schema.error());
    const DatabaseGuard guard(database, stop.token());
    const core::Instant now = core::clock_now();
    const core::SiteZone zone = site_zone(settings);
    const auto cutoffs =
        domain::retention_cutoffs(now, static_cast<int>(settings.integer("RETENTION_MONTHS")), zone);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    const std::int64_t deleted = storage::purge_before(
        database, {cutoffs, zone, storage::Search::every_row}, stop.token(),
        [&](const storage::PurgeProgress& progress) {
            if (!terminal) return;
            fmt::print("\r{:<24} {:>12} rows deleted", progress.table, progress.deleted);
            std::fflush(stdout);
        });
    const bool stopped = stop.token().stop_requested();
    // One that is broken off leaves the rest to ingest, at once.
    if (!stopped) storage::note_job(*database.acquire(), storage::purge_job, now);
    fmt::print("{}{} rows older than {} UTC deleted\n", terminal ? "\n" : "", deleted,
               core::format_utc(cutoffs.raw));
    return stopped ? Exit::failed : Exit::ok;
}

}  // namespace silaware::app
