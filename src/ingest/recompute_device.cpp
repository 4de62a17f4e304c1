#include "ingest/recompute_device.hpp"

#include <algorithm>
#include <limits>

#include "core/clock.hpp"
#include "domain/observed_time.hpp"
#include "domain/retention.hpp"
#include "ingest/recompute_climate.hpp"
#include "ingest/recompute_cycles.hpp"
#include "ingest/recompute_runs.hpp"
#include "storage/correction_store.hpp"
#include "storage/cycle_store.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/latest_reading_store.hpp"
#include "storage/purge.hpp"

namespace silaware::ingest {

namespace {

constexpr std::int64_t readings_at_once = 20'000;
constexpr int unlocked_attempts = 3;
// Observed times are within 24 h of the receipt: what is older stands still while ingest goes on.
constexpr auto settled_after = std::chrono::hours{50};
// With less than this behind the last day, the rest is rebuilt with it.
constexpr auto few_readings = std::chrono::hours{48};
constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();

core::LocalTime parsed_clock(const std::string& text) {
    return core::parse_meter_clock(text).value_or(core::LocalTime{});
}

bool same_reading(const storage::LatestReading& a, const storage::LatestReading& b) {
    return a.observed_ms == b.observed_ms && a.received_ms == b.received_ms && a.rtc == b.rtc &&
           a.relay_state == b.relay_state && a.voltage == b.voltage && a.current == b.current &&
           a.power == b.power && a.frequency == b.frequency && a.pf == b.pf && a.energy == b.energy &&
           a.co2 == b.co2 && a.energy_history == b.energy_history &&
           a.history_observed_ms == b.history_observed_ms;
}

void see(std::optional<std::int64_t>& last, std::optional<std::int64_t> at) {
    if (at && *at > last.value_or(*at - 1)) last = at;
}

/// What was noted while the clock was ahead; the rows tell the rest.
void forget_what_is_to_come(storage::KnownDevice& device, core::Instant now) {
    // A meter's own clock may be a day ahead.
    const std::int64_t end = core::epoch_ms(now + date::days{1} + domain::clock_tolerance);
    for (auto* last : {&device.last_power_ms, &device.last_run_ms, &device.last_climate_ms}) {
        if (*last && **last > end) last->reset();
    }
    if (domain::is_to_come(core::from_epoch_ms(device.last_seen_ms), now)) device.last_seen_ms = 0;
}

}  // namespace

DeviceRecompute::DeviceRecompute(storage::Database& database, const Options& options, const RecomputeJob& job,
                                 storage::KnownDeviceId id, std::string uid,
                                 std::function<void(std::int64_t)> step)
    : database_(database), options_(options), job_(job), step_(std::move(step)) {
    scope_.id = id;
    scope_.uid = std::move(uid);
}

void DeviceRecompute::prepare() {
    changes_.uid = scope_.uid;
    place_cycles();
    begin();
}

void DeviceRecompute::begin() {
    const auto connection = database_.acquire();
    scope_.purged_before = purged_before(*connection);
    const auto edge = storage::purge_edge(*connection, scope_.id);
    span_ = find_span(*connection, edge);
    scope_.edge = span_.edge;
    set_period(*connection);
    read_until_ms_ = span_.first_ms - 1;
    const std::vector<storage::KnownDeviceId> ids{scope_.id};
    const auto powers = storage::rated_powers(*connection, ids);
    const auto rated = powers.empty() ? std::nullopt : std::optional(powers.front().kw);
    settled_.emplace(MeterFold::Limits{domain::energy_limits(rated),
                                       domain::co2_limits(rated, options_.co2_factor),
                                       domain::most_watts(rated), options_.cycle_gap, core::clock_now()});
    if (edge) settled_->begin_at(*edge);
    if (const auto first = storage::oldest_reading_after(*connection, scope_.uid, span_.first_ms - 1)) {
        const core::Instant at = core::from_epoch_ms(*first);
        settled_->remember_noise(
            storage::last_noise_before(*connection, scope_.id, storage::Register::energy, at),
            storage::last_noise_before(*connection, scope_.id, storage::Register::co2, at));
    }
}

/// Older purges noted only when they ran.
std::optional<core::Instant> DeviceRecompute::purged_before(storage::Connection& connection) const {
    if (const auto cutoff = storage::purge_cutoff(connection, core::clock_now())) return cutoff;
    const auto purged = storage::last_run(connection, storage::purge_job);
    if (!purged) return std::nullopt;
    return domain::retention_cutoff(*purged, options_.retention_months, options_.zone);
}

std::optional<core::Instant> DeviceRecompute::next_settled() {
    const auto next = storage::oldest_reading_after(*database_.acquire(), scope_.uid, read_until_ms_);
    if (!next || *next > span_.settled_ms) return std::nullopt;
    return core::from_epoch_ms(*next);
}

void DeviceRecompute::read_settled(core::Instant end) {
    const std::int64_t end_ms = std::min(core::epoch_ms(end), span_.settled_ms);
    if (end_ms <= read_until_ms_) return;
    read(*database_.acquire(), *settled_, end_ms);
    read_until_ms_ = end_ms;
}

DeviceChanges DeviceRecompute::finish() {
    for (int attempt = 1; !try_meter(attempt <= unlocked_attempts); ++attempt) {
        begin();
        if (attempt < unlocked_attempts) read_settled(core::from_epoch_ms(span_.settled_ms));
    }
    rebuild_rest();
    return changes_;
}

std::int64_t DeviceRecompute::place_cycles() {
    std::int64_t placed = 0;
    const auto epoch = [&](const std::string& text) {
        return core::epoch_ms(options_.zone.to_instant(parsed_clock(text)));
    };
    for (;;) {
        const auto rows = database_.transaction([&](storage::Connection& connection) {
            std::vector<storage::CyclePlacement> placements;
            for (const auto& row : storage::unplaced_cycles(connection, scope_.uid, readings_at_once)) {
                placements.push_back({epoch(row.start), std::max(epoch(row.start), epoch(row.stop)), row.id});
            }
            storage::place_cycles(connection, placements);
            return placements.size();
        });
        if (rows == 0) return placed;
        placed += static_cast<std::int64_t>(rows);
    }
}

/// All that is left, whatever period is to be written: what a register counts may hang on readings of long
/// before, and be decided long after.
DeviceRecompute::Span DeviceRecompute::find_span(storage::Connection& connection,
                                                 const std::optional<storage::PurgeEdge>& edge) const {
    Span span;
    if (edge) {
        span.edge = edge->before;
        span.first_ms = core::epoch_ms(edge->before);
    }
    const auto newest = storage::newest_reading_until(connection, scope_.uid, end_of_time);
    if (!newest) return span;
    span.last_ms = end_of_time;
    span.settled_ms =
        std::min(*newest, core::epoch_ms(core::clock_now())) - core::Milliseconds(settled_after).count();
    return span;
}

void DeviceRecompute::set_period(storage::Connection& connection) {
    if (job_.from) scope_.from = options_.zone.start_of_day(*job_.from);
    if (!job_.to) return;
    const core::Instant end = options_.zone.start_of_day(*job_.to + date::days{1});
    const bool more_follows =
        storage::oldest_reading_after(connection, scope_.uid, core::epoch_ms(end + few_readings)).has_value();
    scope_.until = more_follows ? std::optional(end) : std::nullopt;
}

void DeviceRecompute::read(storage::Connection& connection, MeterFold& fold, std::int64_t last_ms) {
    storage::ReadingCursor cursor{span_.first_ms, 0};
    if (fold.last) cursor = {core::epoch_ms(*fold.last), fold.last_id};
    while (cursor.observed_ms <= last_ms) {
        const auto rows = storage::readings_after(connection, scope_.uid, cursor, last_ms, readings_at_once);
        fold.read(rows);
        step_(static_cast<std::int64_t>(rows.size()));
        if (rows.size() < static_cast<std::size_t>(readings_at_once)) return;
        cursor = {rows.back().observed_ms, rows.back().id};
    }
}

/// A purge that goes on meanwhile may take rows behind it.
bool DeviceRecompute::edge_has_moved(storage::Connection& connection) const {
    const auto edge = storage::purge_edge(connection, scope_.id);
    return (edge ? std::optional(edge->before) : std::nullopt) != span_.edge;
}

/// False if rows came or went in what should have stood still. Without `settled` all of it is read under the
/// lock.
bool DeviceRecompute::try_meter(bool settled) {
    using Outcome = std::optional<DeviceChanges>;
    const Outcome found = database_.transaction([&](storage::Connection& connection) -> Outcome {
        const std::vector<storage::KnownDeviceId> ids{scope_.id};
        auto locked = storage::KnownDeviceStore::lock(connection, ids);
        if (locked.empty()) return DeviceChanges{};
        if (settled && storage::count_readings(connection, scope_.uid, span_.first_ms, read_until_ms_) !=
                           settled_->readings) {
            return std::nullopt;
        }
        MeterFold fold = *settled_;
        read(connection, fold, span_.last_ms);
        if (edge_has_moved(connection)) return std::nullopt;
        DeviceChanges written;
        written.readings = fold.readings;
        write_meter(connection, locked.front(), fold, written);
        storage::KnownDeviceStore::save(connection, locked);
        return written;
    });
    if (found) changes_ += *found;
    return found.has_value();
}

void DeviceRecompute::write_meter(storage::Connection& connection, storage::KnownDevice& device,
                                  const MeterFold& fold, DeviceChanges& changes) {
    if (!device.usual_interval_ms && fold.usual_interval)
        device.usual_interval_ms = fold.usual_interval->count();
    scope_.usual_interval_ms = device.usual_interval_ms.value_or(scope_.usual_interval_ms);
    rebuild_energy(connection, scope_, fold, options_.zone, changes);
    if (job_.cycles == CycleSource::rows) {
        adopt_cycles(connection, scope_, options_.zone, changes);
    } else {
        rebuild_cycles(connection, scope_, fold, options_, changes);
    }
    if (!fold.latest || scope_.until) return;
    write_latest(connection, *fold.latest, changes);
    forget_what_is_to_come(device, core::clock_now());
    see(device.last_power_ms, core::epoch_ms(fold.latest->observed));
    device.last_seen_ms = std::max(device.last_seen_ms, fold.latest->received_ms);
}

void DeviceRecompute::write_latest(storage::Connection& connection, const MeterFold::Latest& newest,
                                   DeviceChanges& changes) {
    auto latest = storage::as_latest(connection, scope_.id, newest.id, newest.history_id);
    const auto stored = storage::latest_with_history(connection, scope_.id);
    if (stored && !latest.history_observed_ms) {
        latest.energy_history = stored->energy_history;
        latest.history_observed_ms = stored->history_observed_ms;
    }
    if (stored && same_reading(*stored, latest)) return;
    latest.changed = core::epoch_ms(core::clock_now());
    storage::replace_latest(connection, latest);
    ++changes.latest_readings;
}

void DeviceRecompute::rebuild_rest() {
    changes_ += database_.transaction([&](storage::Connection& connection) {
        DeviceChanges found;
        const std::vector<storage::KnownDeviceId> ids{scope_.id};
        auto locked = storage::KnownDeviceStore::lock(connection, ids);
        if (locked.empty()) return found;
        storage::KnownDevice& device = locked.front();
        if (job_.from) scope_.from = options_.zone.start_of_day(*job_.from);
        if (job_.to) scope_.until = options_.zone.start_of_day(*job_.to + date::days{1});
        const auto run = rebuild_runs(connection, scope_, options_.zone, core::clock_now(), found);
        const auto climate = rebuild_climate(connection, scope_, found);
        if (!job_.to) forget_what_is_to_come(device, core::clock_now());
        see(device.last_run_ms, run);
        see(device.last_climate_ms, climate);
        device.last_seen_ms = std::max({device.last_seen_ms, run.value_or(0), climate.value_or(0)});
        storage::KnownDeviceStore::save(connection, locked);
        return found;
    });
}

}  // namespace silaware::ingest
