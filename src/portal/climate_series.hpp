#pragma once

#include <optional>
#include <span>
#include <vector>

#include <boost/json.hpp>

#include "core/time.hpp"
#include "portal/power_series.hpp"
#include "storage/climate_store.hpp"

namespace silaware::portal {

/// The means of one step; neither where the sensor was silent, at which a curve ends.
struct ClimatePoint {
    core::Instant at;                   ///< where the step begins
    std::optional<double> temperature;  ///< °C
    std::optional<double> humidity;     ///< %
};

/// The means of all of `quarters`, which stand for the step that begins `at`.
ClimatePoint climate_point(core::Instant at, std::span<const storage::ClimateQuarter> quarters);

/// The quarter hours of one sensor, by bucket, gathered into steps. What is longer without a value than three
/// times its usual interval is a silence.
std::vector<ClimatePoint> climate_series(const core::SiteZone& zone,
                                         std::span<const storage::ClimateQuarter> quarters, SeriesStep step,
                                         std::optional<std::int64_t> usual_interval_ms);

/// `{"t":[…],"temperature":[…],"humidity":[…]}`, with two decimals.
boost::json::object as_columns(const core::SiteZone& zone, std::span<const ClimatePoint> points);

/// With two decimals.
std::optional<double> rounded(std::optional<double> value);

}  // namespace silaware::portal
