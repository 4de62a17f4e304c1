#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cycle.hpp"
#include "storage/known_device_store.hpp"

// The run cycles of meters: rows of `cycle_time`, their sums in `cycle_days`, and where they stand in
// `meter_states`. All functions throw DatabaseError.
namespace silaware::storage {

/// Where a meter's cycles stand; a row of `meter_states`.
struct CycleHead {
    KnownDeviceId device_id = 0;
    std::int64_t last_count = 0;  ///< the highest number ever given
    std::optional<std::int64_t> start_ms;
    std::optional<std::int64_t> stop_ms;
    std::optional<std::int64_t> number;
};

/// Of those meters that have one.
std::vector<CycleHead> cycle_heads(Connection& connection, std::span<const KnownDeviceId> meters);
void save_cycle_heads(Connection& connection, const std::vector<CycleHead>& heads);

/// The cycles of a meter that touch [from, to], and the nearest one on each side, ordered by start. The id of
/// each is its start in epoch milliseconds, which no other cycle of the meter has: so ingest can go on from a
/// head without looking for the row.
std::vector<domain::Cycle> cycles_around(Connection& connection, std::string_view uid, core::Instant from,
                                         core::Instant to);

struct MeterCycleChanges {
    std::string uid;
    domain::CycleChanges changes;
};
/// Writes what fold_cycles found, all meters together.
void apply_cycle_changes(Connection& connection, const std::vector<MeterCycleChanges>& meters,
                         const core::SiteZone& zone);

/// The cycles of a meter that stop at or after `from`, by start. The ids of these are
/// those of the rows: what was put in by hand may start when another does.
std::vector<domain::Cycle> cycles_from(Connection& connection, std::string_view uid, core::Instant from);
/// The newest cycle that stops before `from`.
std::optional<domain::Cycle> cycle_before(Connection& connection, std::string_view uid, core::Instant from);
/// A row for each; their ids don't matter.
void insert_cycles(Connection& connection, std::string_view uid, const std::vector<domain::Cycle>& cycles,
                   const core::SiteZone& zone);
/// By the ids of their rows.
void update_cycles(Connection& connection, const std::vector<domain::Cycle>& cycles,
                   const core::SiteZone& zone);
void delete_cycles(Connection& connection, const std::vector<domain::Cycle>& cycles);

/// A row of `cycle_time` by its wall clock only.
struct UnplacedCycle {
    std::int64_t id;
    std::string start;
    std::string stop;
};
/// Those whose instants nobody worked out yet, at most `limit`.
std::vector<UnplacedCycle> unplaced_cycles(Connection& connection, std::string_view uid, std::int64_t limit);
/// The instants that a row is to have.
struct CyclePlacement {
    std::int64_t start_ms;
    std::int64_t stop_ms;
    std::int64_t id;
};
void place_cycles(Connection& connection, const std::vector<CyclePlacement>& placements);

/// Cycle time of a meter on one day; a row of `cycle_days`.
struct CycleDay {
    KnownDeviceId device_id;
    std::string day;  ///< YYYY-MM-DD
    std::int64_t cycle_ms;
};
/// Adds (or, below zero, takes away) cycle time of days.
void add_cycle_days(Connection& connection, const std::vector<CycleDay>& days);
/// From `first` on, by day.
std::vector<CycleDay> cycle_days_from(Connection& connection, KnownDeviceId meter, const std::string& first);
std::optional<std::string> oldest_cycle_day(Connection& connection, KnownDeviceId meter);
void replace_cycle_days(Connection& connection, const std::vector<CycleDay>& days);
void delete_cycle_days(Connection& connection, KnownDeviceId meter, const std::vector<std::string>& days);

}  // namespace silaware::storage
