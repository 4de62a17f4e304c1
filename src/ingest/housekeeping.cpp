#include "ingest/housekeeping.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "domain/retention.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/purge.hpp"
#include "storage/upgrade_accounts.hpp"

namespace silaware::ingest {

namespace {

constexpr std::chrono::seconds look_every{60};
constexpr std::chrono::hours tolerated_difference{24};
constexpr std::chrono::hours unusual_pause{14 * 24};
constexpr std::chrono::hours settling_time{1};

}  // namespace

void Housekeeping::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        try {
            storage::fill_device_keys(database_);  // of devices that another program registered
            cleanup_old_data(stop);
        } catch (const std::exception& error) {
            spdlog::warn("housekeeping: {}; it will be tried again", error.what());
        }
        core::pause(stop, look_every);
    }
}

/// What a clock that is ahead takes for old would be gone for good: a machine that has just started may not
/// know the time yet.
bool Housekeeping::clock_is_doubtful(core::Instant now) {
    const auto connection = database_.acquire();
    const core::Instant theirs = storage::database_clock(*connection);
    const auto last = storage::last_run(*connection, storage::purge_job);
    const bool long_ago = last && now - *last > unusual_pause;
    const bool settled = std::chrono::steady_clock::now() - begun_ >= settling_time;
    const bool doubtful = std::chrono::abs(now - theirs) > tolerated_difference || (long_ago && !settled);
    if (doubtful && !std::exchange(warned_, true)) {
        spdlog::warn(
            "purge: it waits, for the clocks may be wrong: here it is {}, in the database {}, the last purge "
            "was {}",
            core::format_utc(now), core::format_utc(theirs), last ? core::format_utc(*last) : "never");
    }
    if (!doubtful) warned_ = false;
    return doubtful;
}

void Housekeeping::cleanup_old_data(std::stop_token stop) {
    const auto now = core::clock_now();
    if (clock_is_doubtful(now)) return;
    // What this process has claimed and a failure broke off it goes on with: nobody else will.
    if (!unfinished_ &&
        !storage::claim_job(*database_.acquire(), storage::purge_job, options_.cleanup_interval, now))
        return;
    unfinished_ = true;
    purge(now, stop);
    unfinished_ = false;
}

void Housekeeping::purge(core::Instant now, const std::stop_token& stop) {
    const auto cutoffs = domain::retention_cutoffs(now, options_.retention_months, options_.zone);
    const std::int64_t deleted = storage::purge_before(database_, {cutoffs, options_.zone}, stop,
                                                       [](const storage::PurgeProgress&) {});
    if (deleted > 0)
        spdlog::info("purge: {} rows older than {} deleted", deleted, core::format_utc(cutoffs.raw));
}

}  // namespace silaware::ingest
