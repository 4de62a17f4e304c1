#include "domain/forecast.hpp"

#include <gtest/gtest.h>

namespace silaware::domain {
namespace {

using namespace date::literals;

core::LocalDay day(std::string_view text) {
    return core::parse_day(text).value();
}

TEST(Forecast, OfTheRunningMonthIsEnergyPerActiveDayTimesDaysOfTheMonth) {
    const std::map<core::LocalDay, double> days{{day("2026-10-31"), 99},
                                                {day("2026-11-01"), 10},
                                                {day("2026-11-02"), 0},
                                                {day("2026-11-03"), 20},
                                                {day("2026-12-01"), 77}};
    const auto energy = month_energy(days, 2026_y / 11);
    EXPECT_EQ(energy.kwh, 30);
    EXPECT_EQ(energy.active_days, 2);
    EXPECT_DOUBLE_EQ(forecast_kwh(energy, 2026_y / 11, day("2026-11-20")), 450);
}

TEST(Forecast, OfAPastMonthIsItsTotal) {
    EXPECT_EQ(forecast_kwh({300, 10}, 2026_y / 10, day("2026-11-01")), 300);
    EXPECT_EQ(forecast_kwh({300, 10}, 2025_y / 12, day("2026-11-01")), 300);
}

TEST(Forecast, OfAMonthToComeOrWithoutAnActiveDayIsZero) {
    EXPECT_EQ(forecast_kwh({0, 0}, 2026_y / 12, day("2026-11-30")), 0);
    EXPECT_EQ(forecast_kwh({0, 0}, 2026_y / 11, day("2026-11-30")), 0);
}

TEST(Forecast, TheRestOfRoundingIsNoActiveDay) {
    EXPECT_FALSE(is_active(1e-13));
    EXPECT_TRUE(is_active(0.001));
}

TEST(Forecast, FebruaryOfALeapYearHas29Days) {
    EXPECT_DOUBLE_EQ(forecast_kwh({2, 2}, 2028_y / 2, day("2028-02-02")), 29);
}

}  // namespace
}  // namespace silaware::domain
