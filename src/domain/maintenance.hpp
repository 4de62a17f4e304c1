#pragma once

#include <cstdint>
#include <optional>

namespace silaware::domain {

/// Run time beyond this is not counted (garbage records); in milliseconds it is still half of 64 bits.
constexpr std::int64_t longest_run_seconds = std::int64_t{1} << 52;

/// What a machine was last notified of; kept per machine, outlives the purge of its records.
struct MaintenanceState {
    std::int64_t limit_ms = 0;  ///< the limit the multiple belongs to (`maintenance_limit_ms`)
    std::int64_t notified = 0;  ///< the highest multiple of it that was notified, or counts as such

    bool operator==(const MaintenanceState&) const = default;
};

struct MaintenanceDecision {
    MaintenanceState state;           ///< to be kept
    std::optional<std::int64_t> due;  ///< the multiple to notify now, none if nothing is to be sent
};

/// `utils_min_duration` (hours) in milliseconds; 0 if it is no positive number, which means no maintenance.
std::int64_t maintenance_limit_ms(double hours);

/// Judges the run time of a machine (seconds since it was first seen, or last serviced) as it grows from
/// `run_before` to `run_after`.
///
/// The highest multiple of the limit that is reached is due, once. Under a new limit, or without a state (a
/// machine seen for the first time, or taken over), the multiples reached by `run_before` count as notified.
MaintenanceDecision decide_maintenance(const std::optional<MaintenanceState>& state, std::int64_t run_before,
                                       std::int64_t run_after, double limit_hours);

/// The run time in seconds at which maintenance is due next, rounded up; none without a limit.
std::optional<std::int64_t> next_maintenance(std::int64_t run_seconds, double limit_hours);

}  // namespace silaware::domain
