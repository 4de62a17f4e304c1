#include "storage/cycle_store.hpp"

#include "storage/rows_by_key.hpp"
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
    SELECT start_ms, start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms >= ? AND start_ms <= ? ORDER BY start_ms)";
constexpr std::string_view nearest_before = R"(
    SELECT start_ms, start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms < ? ORDER BY stop_ms DESC LIMIT 1)";
constexpr std::string_view nearest_after = R"(
    SELECT start_ms, start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND start_ms > ? ORDER BY start_ms LIMIT 1)";
constexpr std::string_view update_cycle_at_start = R"(
    UPDATE cycle_time SET start = ?, stop = ?, duration = ?, cycle_count = ?, start_ms = ?, stop_ms = ?
     WHERE uid = ? AND start_ms = ?)";
constexpr std::string_view delete_cycle_at_start = "DELETE FROM cycle_time WHERE uid = ? AND start_ms = ?";
constexpr std::string_view shift_counts =
    "UPDATE cycle_time SET cycle_count = cycle_count + ? WHERE uid = ? AND start_ms > ?";

constexpr std::string_view find_cycles = R"(
    SELECT id, start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms >= ? ORDER BY start_ms, stop_ms, id)";
constexpr std::string_view find_cycle_before = R"(
    SELECT id, start_ms, stop_ms, cycle_count FROM cycle_time
     WHERE uid = ? AND stop_ms < ? ORDER BY stop_ms DESC, id DESC LIMIT 1)";
constexpr std::string_view insert_cycle = R"(
    INSERT INTO cycle_time (start, stop, duration, cycle_count, start_ms, stop_ms, uid)
    VALUES (?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view update_cycle_by_id = R"(
    UPDATE cycle_time SET start = ?, stop = ?, duration = ?, cycle_count = ?, start_ms = ?, stop_ms = ?
     WHERE id = ?)";
constexpr std::string_view delete_cycle_by_id = "DELETE FROM cycle_time WHERE id = ?";
constexpr std::string_view find_unplaced_cycles =
    "SELECT id, start, stop FROM cycle_time WHERE uid = ? AND stop_ms IS NULL LIMIT ?";
constexpr std::string_view place_cycle = "UPDATE cycle_time SET start_ms = ?, stop_ms = ? WHERE id = ?";

constexpr std::string_view add_day = R"(
    INSERT INTO cycle_days (device_id, day, cycle_ms) VALUES (?, ?, ?)
    ON DUPLICATE KEY UPDATE cycle_ms = cycle_ms + VALUES(cycle_ms))";
constexpr std::string_view find_days =
    "SELECT device_id, day, cycle_ms FROM cycle_days WHERE device_id = ? AND day >= ? ORDER BY day";
constexpr std::string_view find_oldest_day =
    "SELECT day FROM cycle_days WHERE device_id = ? ORDER BY day LIMIT 1";
constexpr std::string_view write_day = "REPLACE INTO cycle_days (device_id, day, cycle_ms) VALUES (?, ?, ?)";
constexpr std::string_view delete_day = "DELETE FROM cycle_days WHERE device_id = ? AND day = ?";

struct StoredCycle {
    std::int64_t id;
    std::int64_t start_ms;
    std::int64_t stop_ms;
    std::int64_t count;
};

domain::Cycle to_cycle(const StoredCycle& row) {
    return {core::from_epoch_ms(row.start_ms), core::from_epoch_ms(row.stop_ms), row.count, row.id};
}

/// What is written of a cycle, and the key that its statement ends with: uid or id.
template <typename Key>
struct CycleRow {
    std::string start;
    std::string stop;
    std::string duration;
    std::int64_t count;
    std::int64_t start_ms;
    std::int64_t stop_ms;
    Key key;
};

struct CycleAtStart {
    std::string start;
    std::string stop;
    std::string duration;
    std::int64_t count;
    std::int64_t start_ms;
    std::int64_t stop_ms;
    std::string_view uid;
    std::int64_t old_start_ms;
};

struct CycleStart {
    std::string_view uid;
    std::int64_t start_ms;
};

template <typename Row, typename... Keys>
Row row_of(const domain::Cycle& cycle, const core::SiteZone& zone, Keys... keys) {
    return {core::format_local(zone.to_local(cycle.start)),
            core::format_local(zone.to_local(cycle.stop)),
            domain::duration_text(cycle),
            cycle.count,
            core::epoch_ms(cycle.start),
            core::epoch_ms(cycle.stop),
            keys...};
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
    std::vector<CycleStart> removed;
    std::vector<CycleAtStart> changed;
    std::vector<CycleRow<std::string_view>> added;
    for (const auto& [text, changes] : meters) {
        const std::string_view uid = text;
        // Before the inserts, which bring their final numbers with them.
        if (changes.shift != 0) {
            connection.execute(shift_counts, changes.shift, uid, core::epoch_ms(changes.shift_after));
        }
        for (const domain::Cycle& cycle : changes.removed)
            removed.push_back({uid, cycle.id});
        for (const domain::Cycle& cycle : changes.changed)
            changed.push_back(row_of<CycleAtStart>(cycle, zone, uid, cycle.id));
        for (const domain::Cycle& cycle : changes.added)
            added.push_back(row_of<CycleRow<std::string_view>>(cycle, zone, uid));
    }
    connection.bulk(delete_cycle_at_start, removed);
    connection.bulk(update_cycle_at_start, changed);
    connection.bulk(insert_cycle, added);
}

std::vector<domain::Cycle> cycles_from(Connection& connection, std::string_view uid, core::Instant from) {
    std::vector<domain::Cycle> cycles;
    for (const StoredCycle& row : connection.select<StoredCycle>(find_cycles, uid, core::epoch_ms(from)))
        cycles.push_back(to_cycle(row));
    return cycles;
}

std::optional<domain::Cycle> cycle_before(Connection& connection, std::string_view uid, core::Instant from) {
    const auto row = connection.select_one<StoredCycle>(find_cycle_before, uid, core::epoch_ms(from));
    return row ? std::optional(to_cycle(*row)) : std::nullopt;
}

void insert_cycles(Connection& connection, std::string_view uid, const std::vector<domain::Cycle>& cycles,
                   const core::SiteZone& zone) {
    std::vector<CycleRow<std::string_view>> rows;
    for (const domain::Cycle& cycle : cycles)
        rows.push_back(row_of<CycleRow<std::string_view>>(cycle, zone, uid));
    connection.bulk(insert_cycle, rows);
}

void update_cycles(Connection& connection, const std::vector<domain::Cycle>& cycles,
                   const core::SiteZone& zone) {
    std::vector<CycleRow<std::int64_t>> rows;
    for (const domain::Cycle& cycle : cycles)
        rows.push_back(row_of<CycleRow<std::int64_t>>(cycle, zone, cycle.id));
    connection.bulk(update_cycle_by_id, rows);
}

void delete_cycles(Connection& connection, const std::vector<domain::Cycle>& cycles) {
    std::vector<std::int64_t> ids;
    for (const domain::Cycle& cycle : cycles)
        ids.push_back(cycle.id);
    for_each_id(connection, delete_cycle_by_id, ids);
}

std::vector<UnplacedCycle> unplaced_cycles(Connection& connection, std::string_view uid, std::int64_t limit) {
    return connection.select<UnplacedCycle>(find_unplaced_cycles, uid, limit);
}

void place_cycles(Connection& connection, const std::vector<CyclePlacement>& placements) {
    connection.bulk(place_cycle, placements);
}

void add_cycle_days(Connection& connection, const std::vector<CycleDay>& days) {
    connection.bulk(add_day, days);
}

std::vector<CycleDay> cycle_days_from(Connection& connection, KnownDeviceId meter, const std::string& first) {
    return connection.select<CycleDay>(find_days, meter, first);
}

std::optional<std::string> oldest_cycle_day(Connection& connection, KnownDeviceId meter) {
    return connection.select_one<std::string>(find_oldest_day, meter);
}

void replace_cycle_days(Connection& connection, const std::vector<CycleDay>& days) {
    connection.bulk(write_day, days);
}

void delete_cycle_days(Connection& connection, KnownDeviceId meter, const std::vector<std::string>& days) {
    for_each_key(connection, delete_day, meter, days);
}

}  // namespace silaware::storage
