#include <gtest/gtest.h>

#include "portal/energy_history.hpp"
#include "portal/figures.hpp"
#include "portal/month_figures.hpp"
#include "portal/power_series.hpp"

namespace silaware::portal {
namespace {

using core::LocalDay;
using namespace date::literals;
using namespace std::chrono_literals;

const core::SiteZone jakarta = *core::SiteZone::find("Asia/Jakarta");
const LocalDay today{2026_y / 11 / 23};

http::RequestHead asking(std::vector<std::pair<std::string, std::string>> query) {
    http::RequestHead request;
    request.query_params = http::Params(std::move(query));
    return request;
}

storage::DayEnergy used(LocalDay day, double kwh, double demand = 0) {
    storage::DayEnergy energy;
    energy.day = day;
    energy.energy_kwh = kwh;
    if (demand > 0) {
        energy.max_demand_kw = demand;
        energy.max_demand_at = jakarta.start_of_day(day);
    }
    return energy;
}

TEST(Figure, HasNoNoiseOfBinarySums) {
    EXPECT_EQ(figure(0.1 + 0.2), 0.3);
    EXPECT_EQ(figure(1444.70 * 3), 4334.1);
    EXPECT_FALSE(std::signbit(figure(-1e-12)));
    EXPECT_EQ(figure(1e18), 1e18);
    // A bill of many summands; and what has more digits than that stays.
    EXPECT_EQ(figure(34'858'938.000000007), 34'858'938.0);
    EXPECT_EQ(figure(-1'444'700'000.0000002), -1'444'700'000.0);
    EXPECT_EQ(figure(123'456'789.123456), 123'456'789.123456);
    EXPECT_EQ(figure(9'007'199'254'740'991.0), 9'007'199'254'740'991.0);
    EXPECT_EQ(figure_or_null(std::optional(220.1f)), 220.1);
    EXPECT_TRUE(figure_or_null(std::optional<float>()).is_null());
}

TEST(RequestedMonth, IsThisOneUnlessAskedOtherwise) {
    EXPECT_EQ(*requested_month(asking({}), today), 2026_y / 11);
    EXPECT_EQ(*requested_month(asking({{"month", "2"}, {"year", "2025"}}), today), 2025_y / 2);
    EXPECT_EQ(*requested_month(asking({{"month", "03"}}), today), 2026_y / 3);
    EXPECT_EQ(*requested_month(asking({{"month", "2026-07"}}), today), 2026_y / 7);
    for (const char* bad : {"13", "0", "x", "2026-13", "-1"})
        EXPECT_FALSE(requested_month(asking({{"month", bad}}), today)) << bad;
    EXPECT_FALSE(requested_month(asking({{"month", "1"}, {"year", "99999"}}), today));
}

TEST(Weeks, AreTheLastFiveIsoWeeks) {
    const Weeks weeks = last_weeks(today);
    EXPECT_EQ(weeks.names,
              (std::vector<std::string>{"2026-W44", "2026-W45", "2026-W46", "2026-W47", "2026-W48"}));
    const std::vector<storage::WeekCycles> rows{{1, 0, 1'800'000}, {1, 4, 7'200'000}, {1, 5, 9'000'000}};
    EXPECT_EQ(weekly_hours(weeks, rows), (std::vector<double>{0.5, 0, 0, 0, 2}));
}

TEST(MonthFigures, ForecastFromActiveDaysOfTheRunningMonth) {
    const std::vector days{used(LocalDay{2026_y / 10 / 31}, 99, 50), used(LocalDay{2026_y / 11 / 1}, 10, 2),
                           used(LocalDay{2026_y / 11 / 2}, 0), used(LocalDay{2026_y / 11 / 3}, 20, 3)};
    const auto figures = month_figures(days, 2026_y / 11, today, {100, 0.87}, false);
    EXPECT_EQ(figures.energy_kwh, 30);
    EXPECT_EQ(figures.active_days, 2);
    EXPECT_EQ(figures.forecast_kwh, 450);
    EXPECT_EQ(figures.cost, 3000);
    EXPECT_EQ(figures.forecast_cost, 45000);
    EXPECT_DOUBLE_EQ(figures.co2_kg, 26.1);
    EXPECT_EQ(figures.max_demand_kw, 3);
    EXPECT_EQ(figures.max_demand_at, jakarta.start_of_day(LocalDay{2026_y / 11 / 3}));
    EXPECT_EQ(month_figures(days, 2026_y / 11, today, {100, 0.87}, true).co2_kg, 0);
}

TEST(MonthFigures, OfAMonthWithoutDaysAreZero) {
    const auto figures = month_figures({}, 2027_y / 1, today, {100, 0.87}, false);
    EXPECT_EQ(figures.forecast_kwh, 0);
    EXPECT_FALSE(figures.max_demand_kw);
}

TEST(EnergyHistory, EndsWithTheDayOfItsReading) {
    const auto days = read_energy_history(R"([1.5, "2", null, 4])", today);
    ASSERT_EQ(days.size(), 4u);
    EXPECT_EQ(days[0].day, today - date::days{3});
    EXPECT_EQ(days[0].kwh, 1.5);
    EXPECT_EQ(days[1].kwh, 2);
    EXPECT_FALSE(days[2].kwh);
    EXPECT_EQ(days[3].day, today);
    EXPECT_EQ(weekday_label(days[3].day), "Mon");
}

TEST(EnergyHistory, TakesDaysByName) {
    const auto days = read_energy_history(
        R"([{"date":"20/11/2026","energy":7},{"date":"2026-11-21","energy":"8.5"},{"energy":1}])", today);
    ASSERT_EQ(days.size(), 3u);
    EXPECT_EQ(weekday_label(days[0].day), "Fri");
    EXPECT_EQ(days[1].day, LocalDay{2026_y / 11 / 21});
    EXPECT_EQ(days[1].kwh, 8.5);
    EXPECT_EQ(days[2].day, today);
    EXPECT_TRUE(read_energy_history("{}", today).empty());
    EXPECT_TRUE(read_energy_history("[", today).empty());
}

class SeriesTest : public testing::Test {
  protected:
    core::Result<SeriesRange> range(std::optional<std::string> from, std::optional<std::string> to,
                                    std::optional<std::string> step = {}) {
        return series_range(jakarta, now, from, to, step);
    }
    core::Instant local(LocalDay day, core::Milliseconds clock = 0ms) {
        return jakarta.start_of_day(day) + clock;
    }

    const core::Instant now = jakarta.start_of_day(today) + 10h;
};

TEST_F(SeriesTest, IsOfTodaySoFarUnlessAskedOtherwise) {
    const auto found = range({}, {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->from, local(today));
    EXPECT_EQ(found->to, now);
    EXPECT_EQ(found->step, SeriesStep::quarter);
}

TEST_F(SeriesTest, TakesDaysWallClockAndOffsets) {
    EXPECT_EQ(range("2026-11-20", "2026-11-20")->to, local(LocalDay{2026_y / 11 / 21}));
    EXPECT_EQ(range("2026-11-20T06:30", {})->from, local(LocalDay{2026_y / 11 / 20}, 6h + 30min));
    EXPECT_EQ(range("2026-11-20T06:30:00+07:00", {})->from, local(LocalDay{2026_y / 11 / 20}, 6h + 30min));
    EXPECT_EQ(range("2026-11-20T06:30:00 07:00", {})->from, local(LocalDay{2026_y / 11 / 20}, 6h + 30min));
    EXPECT_EQ(range("2026-11-20T06:30:00.500Z", {})->from, local(LocalDay{2026_y / 11 / 20}, 13h + 30min));
    EXPECT_EQ(range("2026-11-20T06:30:00-0130", {})->from, local(LocalDay{2026_y / 11 / 20}, 15h));
    for (const char* bad : {"yesterday", "2026-13-01", "20/11/2026", "2026-11-20T25:00"})
        EXPECT_FALSE(range(bad, {})) << bad;
    EXPECT_FALSE(range("2026-11-21", "2026-11-20"));
    EXPECT_FALSE(range({}, {}, "5m"));
}

TEST_F(SeriesTest, CoarsensAStepThatHasTooManyPoints) {
    EXPECT_EQ(range("2026-11-04", "2026-11-23", "auto")->step, SeriesStep::quarter);
    EXPECT_EQ(range("2026-10-01", "2026-11-23", "15m")->step, SeriesStep::hour);
    EXPECT_EQ(range("2026-01-01", "2026-11-23", "1h")->step, SeriesStep::day);
    EXPECT_FALSE(range("2016-01-01", "2026-11-23", "1d"));
}

TEST_F(SeriesTest, GathersQuartersIntoHoursAndShowsGaps) {
    std::vector<storage::QuarterEnergy> quarters;
    quarters.push_back({local(today), 1, 0.5, 4000, 1500, 4, 900'000});
    quarters.push_back({local(today, 15min), 2, 0.5, 2000, 2500, 1, 900'000});
    quarters.push_back({local(today, 2h), 1, 0, 0, std::nullopt, 0, 0});
    const auto points = series_of_quarters(jakarta, quarters, SeriesStep::hour, now);
    ASSERT_EQ(points.size(), 3u);
    EXPECT_EQ(points[0].energy_kwh, 3);
    EXPECT_EQ(points[0].power_w, 1200);
    EXPECT_EQ(points[0].max_power_w, 2500);
    EXPECT_EQ(points[0].coverage, 0.5);
    EXPECT_FALSE(points[1].power_w);
    EXPECT_EQ(points[1].at, local(today, 1h));
    EXPECT_FALSE(points[2].power_w);
    EXPECT_EQ(points[2].energy_kwh, 1);
}

TEST_F(SeriesTest, ADayInProgressIsMeasuredByTheTimeThatPassed) {
    std::vector days{used(today - date::days{2}, 24, 3), used(today, 10)};
    days[1].covered_ms = 36'000'000;
    const auto points = series_of_days(jakarta, days, now);
    ASSERT_EQ(points.size(), 3u);
    EXPECT_EQ(points[0].power_w, 1000);
    EXPECT_EQ(points[0].max_power_w, 3000);
    EXPECT_FALSE(points[1].power_w);
    EXPECT_EQ(points[2].power_w, 1000);
    EXPECT_EQ(points[2].coverage, 1);
}

}  // namespace
}  // namespace silaware::portal
