#include "ingest/cycle_ingest.hpp"

#include <algorithm>

#include "storage/cycle_store.hpp"

namespace silaware::ingest {

namespace {

using storage::KnownDeviceId;
using MeterDays = std::map<std::pair<KnownDeviceId, core::LocalDay>, std::int64_t>;

/// Adds (sign 1) or takes away (-1) a cycle's time on each site day it touches.
void add_days(MeterDays& days, KnownDeviceId meter, const domain::Cycle& cycle, int sign,
              const core::SiteZone& zone) {
    for (const auto& [day, time] : domain::spread_cycle(cycle, zone))
        days[{meter, day}] += sign * time.count();
}

/// In order, only the meter's last cycle can grow; anything older needs the cycles around it.
domain::CycleWindow window_for(storage::Connection& connection, const MeterReadings& meter,
                               const storage::CycleHead& head, core::Milliseconds gap) {
    const auto [earliest, latest] = std::minmax_element(meter.observed.begin(), meter.observed.end());
    if (!head.start_ms) return {{}, head.last_count};
    const domain::Cycle last{core::from_epoch_ms(*head.start_ms), core::from_epoch_ms(*head.stop_ms),
                             head.number.value_or(head.last_count), *head.start_ms};
    if (*earliest >= last.start) return {{last}, head.last_count};
    return {storage::cycles_around(connection, meter.uid, *earliest - gap, *latest + gap), head.last_count};
}

void count_days(MeterDays& days, KnownDeviceId meter, const domain::CycleWindow& window,
                const domain::CycleChanges& changes, const core::SiteZone& zone) {
    for (const domain::Cycle& cycle : changes.added)
        add_days(days, meter, cycle, 1, zone);
    for (const domain::Cycle& cycle : changes.removed)
        add_days(days, meter, cycle, -1, zone);
    for (const domain::Cycle& cycle : changes.changed) {
        const auto before = std::find_if(window.cycles.begin(), window.cycles.end(),
                                         [&](const domain::Cycle& stored) { return stored.id == cycle.id; });
        add_days(days, meter, *before, -1, zone);
        add_days(days, meter, cycle, 1, zone);
    }
}

/// The head after the changes; the window may have ended before the meter's last cycle.
void advance_head(storage::CycleHead& head, const domain::CycleChanges& changes) {
    if (changes.cycles.empty()) return;
    const domain::Cycle& last = changes.cycles.back();
    if (!head.start_ms || core::epoch_ms(last.stop) >= *head.stop_ms) {
        head.start_ms = core::epoch_ms(last.start);
        head.stop_ms = core::epoch_ms(last.stop);
        head.number = last.count;
    } else {
        head.number = *head.number + changes.shift;
    }
    head.last_count = *head.number;
}

}  // namespace

void store_cycles(storage::Connection& connection, const std::map<KnownDeviceId, MeterReadings>& meters,
                  const Options& options) {
    std::vector<KnownDeviceId> ids;
    for (const auto& [id, meter] : meters)
        ids.push_back(id);
    std::map<KnownDeviceId, storage::CycleHead> heads;
    for (const storage::CycleHead& head : storage::cycle_heads(connection, ids))
        heads[head.device_id] = head;

    MeterDays days;
    std::vector<storage::CycleHead> saved;
    std::vector<storage::MeterCycleChanges> changed;
    for (const auto& [id, meter] : meters) {
        storage::CycleHead& head = heads[id];
        head.device_id = id;
        const domain::CycleWindow window = window_for(connection, meter, head, options.cycle_gap);
        domain::CycleChanges changes = domain::fold_cycles(window, meter.observed, options.cycle_gap);
        if (changes.empty()) continue;
        count_days(days, id, window, changes, options.zone);
        advance_head(head, changes);
        saved.push_back(head);
        changed.push_back({meter.uid, std::move(changes)});
    }
    storage::apply_cycle_changes(connection, changed, options.zone);
    storage::save_cycle_heads(connection, saved);
    std::vector<storage::CycleDay> rows;
    for (const auto& [key, milliseconds] : days) {
        if (milliseconds != 0) rows.push_back({key.first, core::format_day(key.second), milliseconds});
    }
    storage::add_cycle_days(connection, rows);
}

}  // namespace silaware::ingest
