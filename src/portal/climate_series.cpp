#include "portal/climate_series.hpp"

#include <algorithm>
#include <cmath>

#include "domain/interval_split.hpp"
#include "portal/figures.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::portal {

namespace {

using core::Instant;
using core::Milliseconds;
using storage::ClimateQuarter;

constexpr int tolerated_intervals = 3;  ///< of silence, as for who is online
constexpr double hundredths = 100;

Instant step_start(const core::SiteZone& zone, Instant at, SeriesStep step) {
    switch (step) {
        case SeriesStep::quarter:
            return at;
        case SeriesStep::hour:
            return domain::hour_start(zone, at);
        case SeriesStep::day:
            return zone.start_of_day(zone.day_of(at));
    }
    return at;
}

Instant next_step(const core::SiteZone& zone, Instant start, SeriesStep step) {
    switch (step) {
        case SeriesStep::quarter:
            return start + domain::quarter_length;
        case SeriesStep::hour:
            return start + std::chrono::hours{1};
        case SeriesStep::day:
            return zone.start_of_day(zone.day_of(start) + date::days{1});
    }
    return start;
}

std::optional<double> mean(double sum, std::int64_t samples) {
    return samples > 0 ? std::optional(sum / static_cast<double>(samples)) : std::nullopt;
}

}  // namespace

ClimatePoint climate_point(Instant at, std::span<const ClimateQuarter> quarters) {
    ClimateQuarter sum;
    for (const ClimateQuarter& quarter : quarters) {
        sum.temperature_sum += quarter.temperature_sum;
        sum.temperature_samples += quarter.temperature_samples;
        sum.humidity_sum += quarter.humidity_sum;
        sum.humidity_samples += quarter.humidity_samples;
    }
    return {at, mean(sum.temperature_sum, sum.temperature_samples),
            mean(sum.humidity_sum, sum.humidity_samples)};
}

std::vector<ClimatePoint> climate_series(const core::SiteZone& zone, std::span<const ClimateQuarter> quarters,
                                         SeriesStep step, std::optional<std::int64_t> usual_interval_ms) {
    const Milliseconds tolerated{tolerated_intervals * usual_interval_ms.value_or(0)};
    const auto start_of = [&](const ClimateQuarter& quarter) {
        return step_start(zone, storage::bucket_start(quarter.bucket), step);
    };
    std::vector<ClimatePoint> points;
    for (auto first = quarters.begin(); first != quarters.end();) {
        const Instant at = start_of(*first);
        const auto last = std::find_if(
            first, quarters.end(), [&](const ClimateQuarter& quarter) { return start_of(quarter) != at; });
        if (!points.empty()) {
            const Instant before = points.back().at;
            const Instant expected = next_step(zone, before, step);
            if (at > expected && at - before > tolerated) points.push_back({expected, {}, {}});
        }
        points.push_back(climate_point(at, {first, last}));
        first = last;
    }
    return points;
}

std::optional<double> rounded(std::optional<double> value) {
    return value ? std::optional(std::round(*value * hundredths) / hundredths) : std::nullopt;
}

boost::json::object as_columns(const core::SiteZone& zone, std::span<const ClimatePoint> points) {
    boost::json::array times, temperatures, humidities;
    for (const ClimatePoint& point : points) {
        times.emplace_back(zone.iso8601(point.at));
        temperatures.push_back(figure_or_null(rounded(point.temperature)));
        humidities.push_back(figure_or_null(rounded(point.humidity)));
    }
    return {{"t", std::move(times)},
            {"temperature", std::move(temperatures)},
            {"humidity", std::move(humidities)}};
}

}  // namespace silaware::portal
