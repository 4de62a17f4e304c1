#include "storage/cycle_store.hpp"

#include <algorithm>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view save_head = R"(
    INSERT INTO meter_states (device_id, last_cycle_count, cycle_start_ms, cycle_stop_ms, cycle_number)
    VALUES (?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE last_cycle_count = VALUES(last_cycle_count), cycle_start_ms = VALUES(cycle_start_ms),
      cycle_stop_ms = VALUES(cycle_stop_ms), cycle_number = VALUES(cycle_number))";

// Cycles of a meter never overlap, so start and stop order them alike.
constexpr std::string_view touching = R"(
    SELECT start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms >= ? AND start_ms <= ? ORDER BY start_ms)";
constexpr std::string_view nearest_before = R"(
    SELECT start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms < ? ORDER BY stop_ms DESC LIMIT 1)";
constexpr std::string_view nearest_after = R"(
    SELECT start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND start_ms > ? ORDER BY start_ms LIMIT 1)";

constexpr std::string_view insert_cycle = R"(
    INSERT INTO cycle_time (uid, start, stop, duration, cycle_count, start_ms, stop_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view update_cycle = R"(
    UPDATE cycle_time SET start = ?, stop = ?, duration = ?, cycle_count = ?, start_ms = ?, stop_ms = ?
     WHERE uid = ? AND start_ms = ?)";
constexpr std::string_view delete_cycle = "DELETE FROM cycle_time WHERE uid = ? AND start_ms = ?";
constexpr std::string_view shift_counts =
    "UPDATE cycle_time SET cycle_count = cycle_count + ? WHERE uid = ? AND start_ms > ?";

constexpr std::string_view add_day = R"(
    INSERT INTO cycle_days (device_id, day, cycle_ms) VALUES (?, ?, ?)
    ON DUPLICATE KEY UPDATE cycle_ms = cycle_ms + VALUES(cycle_ms))";

struct StoredCycle {
    std::int64_t start_ms;
    std::int64_t stop_ms;
    std::int64_t count;
};

domain::Cycle to_cycle(const StoredCycle& row) {
    return {core::from_epoch_ms(row.start_ms), core::from_epoch_ms(row.stop_ms), row.count, row.start_ms};
}

struct CycleRow {
    std::string_view uid;
    std::string start;
    std::string stop;
    std::string duration;
    std::int64_t count;
    std::int64_t start_ms;
    std::int64_t stop_ms;
};

struct CycleUpdate {
    std::string start;
    std::string stop;
    std::string duration;
    std::int64_t count;
    std::int64_t start_ms;
    std::int64_t stop_ms;
    std::string_view uid;
    std::int64_t old_start_ms;
};

struct CycleRemoval {
    std::string_view uid;
    std::int64_t start_ms;
};

CycleRow to_row(std::string_view uid, const domain::Cycle& cycle, const core::SiteZone& zone) {
    return {uid,
            core::format_local(zone.to_local(cycle.start)),
            core::format_local(zone.to_local(cycle.stop)),
            domain::duration_text(cycle),
            cycle.count,
            core::epoch_ms(cycle.start),
            core::epoch_ms(cycle.stop)};
}

}  // namespace

std::vector<CycleHead> cycle_heads(Connection& connection, std::span<const KnownDeviceId> meters) {
    if (meters.empty()) return {};
    return connection.select<CycleHead>(
        "SELECT device_id, last_cycle_count, cycle_start_ms, cycle_stop_ms, cycle_number FROM meter_states"
        " WHERE device_id IN " +
        in_list(meters));
}

void save_cycle_heads(Connection& connection, const std::vector<CycleHead>& heads) {
    connection.bulk(save_head, heads);
}

std::vector<domain::Cycle> cycles_around(Connection& connection, std::string_view uid, core::Instant from,
                                         core::Instant to) {
    std::vector<domain::Cycle> cycles;
    if (const auto before = connection.select_one<StoredCycle>(nearest_before, uid, core::epoch_ms(from))) {
        cycles.push_back(to_cycle(*before));
    }
    for (const StoredCycle& row :
         connection.select<StoredCycle>(touching, uid, core::epoch_ms(from), core::epoch_ms(to))) {
        cycles.push_back(to_cycle(row));
    }
    if (const auto after = connection.select_one<StoredCycle>(nearest_after, uid, core::epoch_ms(to))) {
        cycles.push_back(to_cycle(*after));
    }
    return cycles;
}

void apply_cycle_changes(Connection& connection, const std::vector<MeterCycleChanges>& meters,
                         const core::SiteZone& zone) {
    std::vector<CycleRemoval> removals;
    std::vector<CycleUpdate> updates;
    std::vector<CycleRow> rows;
    for (const auto& [uid, changes] : meters) {
        // Before the inserts, which bring their final numbers with them.
        if (changes.shift != 0) {
            connection.execute(shift_counts, changes.shift, uid, core::epoch_ms(changes.shift_after));
        }
        for (const domain::Cycle& cycle : changes.removed)
            removals.push_back({uid, cycle.id});
        for (const domain::Cycle& cycle : changes.changed) {
            CycleRow row = to_row(uid, cycle, zone);
            updates.push_back({std::move(row.start), std::move(row.stop), std::move(row.duration), row.count,
                               row.start_ms, row.stop_ms, uid, cycle.id});
        }
        for (const domain::Cycle& cycle : changes.added)
            rows.push_back(to_row(uid, cycle, zone));
    }
    connection.bulk(delete_cycle, removals);
    connection.bulk(update_cycle, updates);
    connection.bulk(insert_cycle, rows);
}

void add_cycle_days(Connection& connection, const std::vector<CycleDay>& days) {
    connection.bulk(add_day, days);
}

}  // namespace silaware::storage
