#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"
#include "storage/energy_queries.hpp"

namespace silaware::portal {

enum class SeriesStep { quarter, hour, day };
/// `15m`, `1h`, `1d`.
std::string_view name(SeriesStep step);

inline constexpr int most_points = 2000;

/// [from, to) in steps; never more than `most_points`.
struct SeriesRange {
    core::Instant from;
    core::Instant to;
    SeriesStep step = SeriesStep::quarter;
};

/// What a chart asks for. `from` and `to` are ISO 8601 with offset, site wall clock, or days (`to` included);
/// without them today so far. `step` is `auto` (the finest that fits), `15m`, `1h` or `1d`; one with too many
/// points becomes the next coarser one. Error `invalid`.
core::Result<SeriesRange> series_range(const core::SiteZone& zone, core::Instant now,
                                       const std::optional<std::string>& from,
                                       const std::optional<std::string>& to,
                                       const std::optional<std::string>& step);

/// One step of a chart.
struct SeriesPoint {
    core::Instant at = {};
    std::optional<double> power_w = {};      ///< mean; none without readings
    std::optional<double> max_power_w = {};  ///< by days: that of the maximum demand
    double energy_kwh = 0;
    double co2_kg = 0;    ///< of the meter's own register
    double coverage = 0;  ///< 0 … 1 of the time that has passed
};

/// Quarter hours gathered into steps of 15 minutes or the site's clock hours; gaps between them are points
/// too.
std::vector<SeriesPoint> series_of_quarters(const core::SiteZone& zone,
                                            std::span<const storage::QuarterEnergy> quarters, SeriesStep step,
                                            core::Instant now);
/// Site days as points; gaps between them are points too.
std::vector<SeriesPoint> series_of_days(const core::SiteZone& zone, std::span<const storage::DayEnergy> days,
                                        core::Instant now);

}  // namespace silaware::portal
