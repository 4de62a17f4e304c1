#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/page.hpp"
#include "core/time.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// What a meter used on one day of the site.
struct DayEnergy {
    KnownDeviceId device_id = 0;
    core::LocalDay day{};
    double energy_kwh = 0;
    double co2_kg = 0;  ///< of the meter's own register
    std::optional<double> max_demand_kw;
    std::optional<core::Instant> max_demand_at;  ///< first instant of the quarter hour
    std::int64_t covered_ms = 0;
};
/// The days from `first` to `last`, both included, that have a row; by meter and day. Throws DatabaseError.
std::vector<DayEnergy> day_energies(Connection& connection, std::span<const KnownDeviceId> meters,
                                    core::LocalDay first, core::LocalDay last);

/// Cycle time of a meter in one week.
struct WeekCycles {
    KnownDeviceId device_id = 0;
    std::int64_t week = 0;  ///< weeks after the one that begins with `first_monday`
    std::int64_t cycle_ms = 0;
};
/// Cycle time by week from `first_monday` on. Throws DatabaseError.
std::vector<WeekCycles> week_cycles(Connection& connection, std::span<const KnownDeviceId> meters,
                                    core::LocalDay first_monday);

/// Cycle time of a meter on one day of the site.
struct CycledDay {
    KnownDeviceId device_id = 0;
    core::LocalDay day{};
    std::int64_t cycle_ms = 0;
};
/// The days from `first` to `last`, both included, that have a row; by meter and day. Throws DatabaseError.
std::vector<CycledDay> cycled_days(Connection& connection, std::span<const KnownDeviceId> meters,
                                   core::LocalDay first, core::LocalDay last);

/// When a register of a meter was corrected.
struct CorrectionTime {
    KnownDeviceId device_id = 0;
    std::int64_t observed_ms = 0;
};
/// Those in [from, to), by meter and time. Throws DatabaseError.
std::vector<CorrectionTime> correction_times(Connection& connection, std::span<const KnownDeviceId> meters,
                                             core::Instant from, core::Instant to);

/// A quarter hour of a meter.
struct QuarterEnergy {
    core::Instant start;
    double energy_kwh = 0;
    double co2_kg = 0;
    double power_sum_w = 0;
    std::optional<double> power_max_w;
    std::int64_t samples = 0;
    std::int64_t covered_ms = 0;
};
/// The quarter hours that begin in [from, to) and have a row, oldest first. Throws DatabaseError.
std::vector<QuarterEnergy> quarter_energies(Connection& connection, KnownDeviceId meter, core::Instant from,
                                            core::Instant to);

/// The highest demand of several meters together within a quarter hour.
struct JointDemand {
    double kw = 0;
    core::Instant quarter;  ///< its first instant
};
/// Of the quarter hours that begin in [from, to); nothing if none has a row. Throws DatabaseError.
std::optional<JointDemand> joint_demand(Connection& connection, std::span<const KnownDeviceId> meters,
                                        core::Instant from, core::Instant to);

/// The mean power of several meters together in a quarter hour.
struct JointLoad {
    core::Instant quarter;          ///< its first instant
    std::optional<double> power_w;  ///< none if no meter told its power
};
/// Of the quarter hours that begin in [from, to) and have a row, oldest first. Throws DatabaseError.
std::vector<JointLoad> joint_load(Connection& connection, std::span<const KnownDeviceId> meters,
                                  core::Instant from, core::Instant to);

/// What the register's rules corrected, as it is shown.
struct ShownCorrection {
    std::int64_t observed_ms = 0;
    std::string register_name;
    std::string correction_class;
    std::optional<double> before;
    std::optional<double> after;
    double energy_kwh = 0;
};
/// Newest first; those of one moment in the order of what they say, whenever they were written. Throws
/// DatabaseError.
core::Page<ShownCorrection> find_corrections(Connection& connection, std::optional<KnownDeviceId> meter,
                                             const core::PageRequest& request);

/// A run cycle of a meter, as it is shown; times are site wall clock.
struct ShownCycle {
    std::int64_t cycle_count = 0;
    std::string start;
    std::string stop;
    std::string duration;
};
/// Newest first. Throws DatabaseError.
core::Page<ShownCycle> find_cycles(Connection& connection, std::string_view uid,
                                   const core::PageRequest& request);

}  // namespace silaware::storage
