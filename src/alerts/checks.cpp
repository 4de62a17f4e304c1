#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "alerts/alert_jobs.hpp"
#include "domain/observed_time.hpp"
#include "domain/rhythm.hpp"
#include "storage/alert_checks.hpp"

namespace silaware::alerts {

namespace {

constexpr double mebibyte = 1024.0 * 1024.0;
constexpr std::chrono::seconds longest_pause_of_checks{60};
/// What has been silent for longer when the checks begin is known to be gone.
constexpr std::chrono::hours forgotten_after{7 * 24};
constexpr std::chrono::hours stuck_window{24};
constexpr std::int64_t stuck_readings = 20;
constexpr std::chrono::hours month_must_be_old{24};
constexpr domain::Limit disk_limit{95, 1};
constexpr std::int64_t seconds_per_bucket = 900;

core::Instant listening_since(storage::Connection& connection, core::Instant now) {
    storage::Listening listening = storage::read_listening(connection);
    const bool was_checked = now - core::from_epoch_ms(listening.checked_ms) <= longest_pause_of_checks;
    if (!storage::is_ingest_listening(connection, now) || !was_checked)
        listening.since_ms = core::epoch_ms(now);
    // Noted while the clock was ahead.
    listening.since_ms = std::min(listening.since_ms, core::epoch_ms(now));
    listening.checked_ms = core::epoch_ms(now);
    storage::write_listening(connection, listening);
    return core::from_epoch_ms(listening.since_ms);
}

/// The open alerts of a kind by their key.
class OpenConditions {
  public:
    OpenConditions(storage::Connection& connection, std::string_view kind) : kind_(kind) {
        for (storage::OpenAlert& alert : storage::open_alerts(connection, kind))
            open_.emplace(alert.open_key, std::move(alert));
    }
    Condition of(const std::string& device) const {
        const auto found = open_.find(storage::alert_key(kind_, device));
        return condition_of(kind_, device,
                            found == open_.end() ? std::nullopt : std::optional(found->second));
    }
    const std::map<std::string, storage::OpenAlert>& all() const { return open_; }

  private:
    std::string kind_;
    std::map<std::string, storage::OpenAlert> open_;
};

/// Of what was heard while the clock was ahead it is not known when.
core::Instant heard_at(std::int64_t last_ms, core::Instant listening, core::Instant now) {
    const core::Instant heard = core::from_epoch_ms(last_ms);
    return domain::is_to_come(heard, now) ? std::min(listening, now) : heard;
}

/// Raises a silence that has lasted, clears one that was broken.
void judge_silence(Lifecycle& lifecycle, Condition condition, core::Instant heard,
                   std::optional<core::Milliseconds> usual, core::Instant listening, core::Instant now) {
    if (condition.open) {
        const core::Instant raised = core::from_epoch_ms(condition.open->raised_ms.value_or(0));
        // Raised while the clock was ahead, it is judged anew.
        if (heard > raised || domain::is_to_come(raised, now)) lifecycle.clear(condition, now);
        return;
    }
    if (now <= domain::silent_from(heard, usual, listening)) return;
    const double minutes = std::chrono::duration<double, std::ratio<60>>(now - heard).count();
    lifecycle.judge(condition, {domain::Standing::beyond, now, minutes}, {});
}

std::string host_name() {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace

void AlertJobs::check_silence(storage::Connection& connection, Lifecycle& lifecycle,
                              core::Instant now) const {
    const core::Instant listening = listening_since(connection, now);
    const OpenConditions offline(connection, kind::offline);
    const OpenConditions stale(connection, kind::stale);
    for (const auto& device : storage::heard_devices(connection, now - forgotten_after)) {
        const auto usual = device.usual_interval_ms
                               ? std::optional(core::Milliseconds(*device.usual_interval_ms))
                               : std::nullopt;
        const core::Instant heard = heard_at(device.last_heard_ms, listening, now);
        judge_silence(lifecycle, offline.of(device.uid), heard, usual, listening, now);
        if (!device.last_climate_ms) continue;
        // A device that is silent altogether is offline, not stale as well.
        const core::Instant climate = heard_at(*device.last_climate_ms, listening, now);
        Condition sensor = stale.of(device.uid);
        const bool alive = now <= domain::silent_from(heard, usual, heard);
        if (sensor.open || (alive && heard > climate))
            judge_silence(lifecycle, std::move(sensor), climate, usual, listening, now);
    }
}

void AlertJobs::check_stuck_sensors(storage::Connection& connection, Lifecycle& lifecycle,
                                    core::Instant now) const {
    std::set<std::string> keys;
    const OpenConditions open(connection, kind::stuck);
    for (const std::string& uid : storage::stuck_sensors(connection, now - stuck_window, stuck_readings)) {
        keys.insert(storage::alert_key(kind::stuck, uid));
        Condition condition = open.of(uid);
        lifecycle.judge(condition, {domain::Standing::beyond, now}, {});
    }
    for (const auto& [key, alert] : open.all()) {
        if (keys.contains(key)) continue;
        Condition condition = open.of(alert.device);
        lifecycle.clear(condition, now);
    }
}

void AlertJobs::check_power_factor(storage::Connection& connection, Lifecycle& lifecycle,
                                   core::Instant now) const {
    const auto day = date::year_month_day(options_.zone.day_of(now));
    const core::Instant month = options_.zone.start_of_day(core::LocalDay(day.year() / day.month() / 1));
    if (now - month < month_must_be_old) return;
    const OpenConditions open(connection, kind::power_factor);
    const std::int64_t bucket = core::epoch_ms(month) / 1000 / seconds_per_bucket;
    for (const auto& meter : storage::power_since_bucket(connection, bucket)) {
        const auto mean = domain::mean_power_factor(meter.kwh, meter.kvah);
        if (!mean) continue;
        Condition condition = open.of(meter.uid);
        // Each month is billed for itself, so each is told of.
        if (condition.open && condition.open->raised_ms.value_or(0) < core::epoch_ms(month))
            lifecycle.clear(condition, now);
        const domain::Limit limit = domain::power_factor_limit();
        lifecycle.judge(condition, {domain::judge(*mean, limit), now, *mean, limit.value},
                        domain::power_factor_rule);
    }
}

void AlertJobs::check_spools(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const {
    if (options_.spool_limit_bytes <= 0) return;
    const double limit = static_cast<double>(options_.spool_limit_bytes) / mebibyte / 2;
    const OpenConditions open(connection, kind::spool);
    for (const auto& spool : storage::spool_fills(connection, now)) {
        const double fill = static_cast<double>(spool.bytes) / mebibyte;
        Condition condition = open.of("spool " + spool.spool_id.substr(0, 8));
        lifecycle.judge(condition, {domain::judge(fill, {limit, limit / 5}), now, fill, limit}, {});
    }
}

void AlertJobs::check_disk(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const {
    std::error_code error;
    const auto space = std::filesystem::space(options_.home, error);
    if (error || space.capacity == 0) return;
    const double used =
        100.0 * (1.0 - static_cast<double>(space.available) / static_cast<double>(space.capacity));
    const std::string host = host_name();
    Condition condition = condition_of(kind::disk, host, storage::open_alert(connection, kind::disk, host));
    lifecycle.judge(condition, {domain::judge(used, disk_limit), now, used, disk_limit.value}, {});
}

}  // namespace silaware::alerts
