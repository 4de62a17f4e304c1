#include "portal/climate_series.hpp"

#include <gtest/gtest.h>

namespace silaware::portal {
namespace {

using storage::ClimateQuarter;

const core::SiteZone jakarta = core::SiteZone::find("Asia/Jakarta").value();
// Midnight of 2026-11-26 in Jakarta.
constexpr std::int64_t midnight = 1'795'626'000 / 900;

ClimateQuarter quarter(std::int64_t bucket, double temperature, double humidity) {
    return {.bucket = bucket,
            .temperature_sum = 2 * temperature,
            .temperature_samples = 2,
            .humidity_sum = 3 * humidity,
            .humidity_samples = 3};
}

std::vector<std::string> times(std::span<const ClimatePoint> points) {
    std::vector<std::string> texts;
    for (const auto& point : points)
        texts.push_back(jakarta.iso8601(point.at));
    return texts;
}

TEST(ClimateSeries, QuarterHoursAreTheirMeans) {
    const auto points =
        climate_series(jakarta, std::vector{quarter(midnight, 21, 50), quarter(midnight + 1, 22, 52)},
                       SeriesStep::quarter, {});
    ASSERT_EQ(points.size(), 2u);
    EXPECT_EQ(times(points).front(), "2026-11-26T00:00:00+07:00");
    EXPECT_EQ(points[1].temperature, 22.);
    EXPECT_EQ(points[1].humidity, 52.);
}

TEST(ClimateSeries, HoursAndDaysWeighEachReadingTheSame) {
    ClimateQuarter busy = quarter(midnight + 1, 30, 70);
    busy.temperature_sum = 6 * 30;
    busy.temperature_samples = 6;
    const std::vector quarters{quarter(midnight - 1, 10, 40), quarter(midnight, 20, 50), busy};
    const auto hours = climate_series(jakarta, quarters, SeriesStep::hour, {});
    EXPECT_EQ(times(hours),
              (std::vector<std::string>{"2026-11-25T23:00:00+07:00", "2026-11-26T00:00:00+07:00"}));
    EXPECT_DOUBLE_EQ(*hours[1].temperature, (2 * 20 + 6 * 30) / 8.0);
    const auto days = climate_series(jakarta, quarters, SeriesStep::day, {});
    EXPECT_EQ(times(days),
              (std::vector<std::string>{"2026-11-25T00:00:00+07:00", "2026-11-26T00:00:00+07:00"}));
    EXPECT_DOUBLE_EQ(*days[1].humidity, 60);
}

TEST(ClimateSeries, ACurveEndsWhereTheSensorWasSilent) {
    const std::vector quarters{quarter(midnight, 20, 50), quarter(midnight + 4, 21, 50)};
    const auto points = climate_series(jakarta, quarters, SeriesStep::quarter, 60'000);
    ASSERT_EQ(points.size(), 3u);
    EXPECT_EQ(times(points)[1], "2026-11-26T00:15:00+07:00");
    EXPECT_FALSE(points[1].temperature);
    // One that sends every half hour is not silent in between, nor does an hour's step have a gap.
    EXPECT_EQ(climate_series(jakarta, quarters, SeriesStep::quarter, 1'800'000).size(), 2u);
    EXPECT_EQ(climate_series(jakarta, quarters, SeriesStep::hour, 60'000).size(), 2u);
}

TEST(ClimateSeries, WhatASensorDoesNotSendIsNull) {
    ClimateQuarter dry = quarter(midnight, 21.23456, 0);
    dry.humidity_samples = 0;
    const auto columns =
        as_columns(jakarta, climate_series(jakarta, std::vector{dry}, SeriesStep::quarter, {}));
    EXPECT_EQ(columns.at("temperature").as_array().at(0), 21.23);
    EXPECT_TRUE(columns.at("humidity").as_array().at(0).is_null());
}

}  // namespace
}  // namespace silaware::portal
