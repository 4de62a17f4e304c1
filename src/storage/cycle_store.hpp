#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cycle.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// Where a meter's cycles stand; a row of `meter_states`.
struct CycleHead {
    KnownDeviceId device_id = 0;
    std::int64_t last_count = 0;  ///< the highest number ever given
    std::optional<std::int64_t> start_ms;
    std::optional<std::int64_t> stop_ms;
    std::optional<std::int64_t> number;
};

std::vector<CycleHead> cycle_heads(Connection& connection, std::span<const KnownDeviceId> meters);
void save_cycle_heads(Connection& connection, const std::vector<CycleHead>& heads);

/// The cycles of a meter that touch [from, to], and the nearest one on each side, ordered by start. The id of
/// a stored cycle is its start in epoch milliseconds, which no other cycle of the meter has.
std::vector<domain::Cycle> cycles_around(Connection& connection, std::string_view uid, core::Instant from,
                                         core::Instant to);

struct MeterCycleChanges {
    std::string uid;
    domain::CycleChanges changes;
};
/// Writes what fold_cycles found, all meters together.
void apply_cycle_changes(Connection& connection, const std::vector<MeterCycleChanges>& meters,
                         const core::SiteZone& zone);

struct CycleDay {
    KnownDeviceId device_id;
    std::string day;  ///< YYYY-MM-DD
    std::int64_t cycle_ms;
};
/// Adds (or, below zero, takes away) cycle time of days.
void add_cycle_days(Connection& connection, const std::vector<CycleDay>& days);

}  // namespace silaware::storage
