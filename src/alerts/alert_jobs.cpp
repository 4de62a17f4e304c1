#include "alerts/alert_jobs.hpp"

#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "domain/retention.hpp"
#include "storage/alert_checks.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/outbox.hpp"

namespace silaware::alerts {

namespace {

constexpr std::chrono::seconds round_every{1};
constexpr int rounds_to_check = 10;
constexpr std::chrono::seconds claim_every{9};  // a little less, so that a late check does not skip one
constexpr std::chrono::hours slow_checks_every{1};
constexpr std::chrono::minutes disk_every{1};
constexpr std::chrono::minutes tolerated_outage{1};

}  // namespace

AlertJobs::AlertJobs(storage::Database& database, Options options)
    : database_(database), options_(std::move(options)), notifier_(options_) {}

void AlertJobs::run(std::stop_token stop) {
    for (int round = 0; !stop.stop_requested(); ++round) {
        const core::Instant now = core::clock_now();
        if (round % rounds_to_check == 0) check(now);
        send_digests(now);
        core::pause(stop, round_every);
    }
}

void AlertJobs::check(core::Instant now) {
    try {
        if (database_away_since_) record_outage(now);
        check_shared(now);
        if (!disk_checked_ || now - *disk_checked_ >= disk_every) {
            disk_checked_ = now;
            run_check(&AlertJobs::check_disk, now);
        }
    } catch (const storage::DatabaseUnavailable&) {
        if (!database_away_since_) database_away_since_ = now;
    } catch (const std::exception& error) {
        spdlog::warn("alerts: a check failed: {}", error.what());
    }
}

/// Several processes may look at once: each alert goes out with the one that takes it.
void AlertJobs::send_digests(core::Instant now) {
    try {
        if (storage::alerts_for_digest(*database_.acquire(), now).empty()) return;
        database_.transaction([&](storage::Connection& connection) {
            notifier_.send_digests(connection, storage::read_alert_rules(connection), now);
        });
    } catch (const storage::DatabaseError& error) {
        spdlog::debug("alerts: the digests wait: {}", error.what());  // check() tells of an outage
    } catch (const std::exception& error) {
        spdlog::warn("alerts: the digests wait: {}", error.what());
    }
}

bool AlertJobs::is_due(std::string_view job, std::chrono::milliseconds interval, core::Instant now) {
    return storage::claim_job(*database_.acquire(), job, interval, now);
}

void AlertJobs::check_shared(core::Instant now) {
    if (is_due("alerts", claim_every, now)) {
        run_check(&AlertJobs::check_silence, now);
        run_check(&AlertJobs::check_spools, now);
    }
    if (is_due("alerts hourly", slow_checks_every, now)) {
        run_check(&AlertJobs::check_stuck_sensors, now);
        run_check(&AlertJobs::check_power_factor, now);
        const auto cutoff = domain::retention_cutoff(now, options_.outbox_months, options_.zone);
        while (storage::purge_outbox(database_, cutoff) > 0) {
        }
    }
}

void AlertJobs::run_check(Check check, core::Instant now) {
    database_.transaction([&](storage::Connection& connection) {
        Lifecycle lifecycle(connection, options_.texts, now);
        (this->*check)(connection, lifecycle, now);
        if (lifecycle.notices().empty()) return;
        notifier_.tell(connection, storage::read_alert_rules(connection), lifecycle.notices(), now);
    });
}

/// While the database was away nothing could be recorded; now that it is back the outage is, with its length.
void AlertJobs::record_outage(core::Instant now) {
    const core::Instant since = *database_away_since_;
    database_.transaction([&](storage::Connection& connection) {
        if (now - since < tolerated_outage || storage::is_outage_recorded(connection, since)) return;
        Lifecycle lifecycle(connection, options_.texts, now);
        Condition condition = condition_of(kind::database, "database", std::nullopt);
        const double minutes = std::chrono::duration<double, std::ratio<60>>(now - since).count();
        lifecycle.judge(condition, {domain::Standing::beyond, since, minutes}, {});
        lifecycle.clear(condition, now);
        notifier_.tell(connection, storage::read_alert_rules(connection), lifecycle.notices(), now);
    });
    database_away_since_.reset();
}

}  // namespace silaware::alerts
