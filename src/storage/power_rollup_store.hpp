#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/power_rollup.hpp"
#include "storage/known_device_store.hpp"

// What a meter's readings add up to: `quarter_hours` of UTC, and `energy_days` of the site. All functions
// throw DatabaseError.
namespace silaware::storage {

/// The bucket of an instant (UTC epoch seconds / 900), and back.
std::int64_t bucket_of(core::Instant instant);
core::Instant bucket_start(std::int64_t bucket);

/// A row of `quarter_hours`.
struct QuarterHourRow {
    KnownDeviceId device_id = 0;
    std::int64_t bucket = 0;
    double energy_kwh = 0;
    double co2_kg = 0;
    double power_sum_w = 0;
    std::optional<double> power_max_w = {};
    std::int64_t samples = 0;
    std::int64_t slots = 0;  ///< the bits of domain::PowerQuarter
    std::int64_t covered_ms = 0;
    double pf_sum = 0;
    std::int64_t pf_samples = 0;
};
/// Its power samples.
domain::PowerQuarter power_of(const QuarterHourRow& row);
/// Its mean demand in kW.
double demand_of(const QuarterHourRow& row);

/// Buckets of a meter, both ends included.
struct BucketRange {
    KnownDeviceId meter;
    std::int64_t first;
    std::int64_t last;
};
/// Those of many meters, in few statements.
std::vector<QuarterHourRow> quarter_hours_in(Connection& connection, std::span<const BucketRange> ranges);
/// By bucket.
std::vector<QuarterHourRow> quarter_hours_of(Connection& connection, KnownDeviceId meter,
                                             std::int64_t first_bucket, std::int64_t last_bucket);
/// The bucket of a meter's first row; none without rows.
std::optional<std::int64_t> oldest_quarter_hour(Connection& connection, KnownDeviceId meter);
/// Power samples in all quarter hours of a meter.
std::int64_t counted_samples(Connection& connection, KnownDeviceId meter);
/// Writes all columns of the rows, new or there already.
void replace_quarter_hours(Connection& connection, const std::vector<QuarterHourRow>& rows);
void delete_quarter_hours(Connection& connection, KnownDeviceId meter,
                          const std::vector<std::int64_t>& buckets);

/// A row of `energy_days`; days are YYYY-MM-DD.
struct EnergyDayRow {
    KnownDeviceId device_id = 0;
    std::string day;
    double energy_kwh = 0;
    double co2_kg = 0;
    std::optional<double> max_demand_kw;
    std::optional<std::int64_t> max_demand_bucket;
    std::int64_t samples = 0;
    std::int64_t covered_ms = 0;
};
/// The stored ones of any of `meters` on any of `days`.
std::vector<EnergyDayRow> energy_days_among(Connection& connection, const std::set<KnownDeviceId>& meters,
                                            const std::set<core::LocalDay>& days);
/// From `first` to `last`, both included, by day.
std::vector<EnergyDayRow> energy_days_of(Connection& connection, KnownDeviceId meter,
                                         const std::string& first, const std::string& last);
/// Writes all columns of the rows, new or there already.
void replace_energy_days(Connection& connection, const std::vector<EnergyDayRow>& rows);
void delete_energy_days(Connection& connection, KnownDeviceId meter, const std::vector<std::string>& days);

}  // namespace silaware::storage
