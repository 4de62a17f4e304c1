#include <unistd.h>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/recompute_progress.hpp"
#include "app/stop_signal.hpp"
#include "ingest/recompute.hpp"
#include "storage/migrations.hpp"
#include "storage/upgrade_accounts.hpp"

namespace silaware::app {

namespace {

/// The days of the options; nothing and a line on stderr if they are none.
std::optional<ingest::RecomputeJob> job_of(const RecomputeOptions& options) {
    ingest::RecomputeJob job;
    const auto read = [](const char* name, const std::string& text, std::optional<core::LocalDay>& day) {
        if (text.empty()) return true;
        day = core::parse_day(text);
        if (!day) fmt::print(stderr, "silaware: {} must be a day like 2026-11-23, not \"{}\"\n", name, text);
        return day.has_value();
    };
    if (!read("--from", options.from, job.from) || !read("--to", options.to, job.to)) return std::nullopt;
    if (job.from && job.to && *job.from > *job.to) {
        fmt::print(stderr, "silaware: --from lies behind --to\n");
        return std::nullopt;
    }
    return job;
}

}  // namespace

int run_recompute(const Settings& settings, const RecomputeOptions& options) {
    StopSignal stop;
    const auto job = job_of(options);
    if (!job) return Exit::usage;
    storage::Database database(database_options(settings));
    if (const auto schema = storage::require_current_schema(*database.acquire()); !schema)
        return complain(schema.error());
    storage::fill_device_keys(database);
    const ingest::Options rules = ingest_options(settings);
    RecomputeTerminal terminal;
    ingest::Recompute recompute(database, rules, *job, terminal.listener());
    const ingest::RecomputeResult result = recompute.run(stop.token());
    terminal.end(result);
    return result.finished ? Exit::ok : Exit::failed;
}

}  // namespace silaware::app
