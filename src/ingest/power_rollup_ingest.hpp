#pragma once

#include <map>
#include <utility>

#include "domain/power_rollup.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::ingest {

/// What a transaction adds to a quarter hour of a meter.
struct QuarterHour {
    double energy_kwh = 0;
    double co2_kg = 0;
    domain::PowerQuarter power;
    double pf_sum = 0;
    std::int64_t pf_samples = 0;
};

/// By meter and bucket (storage::bucket_of).
using QuarterKey = std::pair<storage::KnownDeviceId, std::int64_t>;
using QuarterHours = std::map<QuarterKey, QuarterHour>;

/// Adds `added` to the stored quarter hours and brings the site's days up to date with them, maximum demand
/// included. The meters' rows of `known_devices` must be locked. `usual_interval_ms` is by meter, for the
/// coverage. Throws DatabaseError.
void add_quarter_hours(storage::Connection& connection, const QuarterHours& added,
                       const std::map<storage::KnownDeviceId, std::int64_t>& usual_interval_ms,
                       const core::SiteZone& zone);

}  // namespace silaware::ingest
