#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domain/power_rollup.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A quarter hour of a meter: what a batch adds to it, or all of it.
struct QuarterHour {
    double energy_kwh = 0;
    double co2_kg = 0;
    domain::PowerQuarter power;
    double pf_sum = 0;
    std::int64_t pf_samples = 0;
};

/// By meter and bucket (UTC epoch seconds / 900).
using QuarterKey = std::pair<KnownDeviceId, std::int64_t>;
using QuarterHours = std::map<QuarterKey, QuarterHour>;

/// Adds `added` to the stored quarter hours and brings the site's days up to date with them, maximum demand
/// included. The meters' rows of `known_devices` must be locked. `usual_interval_ms` is by meter, for the
/// coverage.
void add_quarter_hours(Connection& connection, const QuarterHours& added,
                       const std::map<KnownDeviceId, std::int64_t>& usual_interval_ms,
                       const core::SiteZone& zone);

/// The bucket of an instant, and back.
std::int64_t bucket_of(core::Instant instant);
core::Instant bucket_start(std::int64_t bucket);

}  // namespace silaware::storage
