#include "domain/run_time.hpp"

#include <random>

#include <gtest/gtest.h>

using namespace silaware;
using core::LocalDay;
using core::SiteZone;
using domain::DayRun;
using domain::run_windows;
using domain::RunMessage;
using domain::spread_run;

namespace {

const SiteZone& jakarta() {
    static const SiteZone zone = SiteZone::find("Asia/Jakarta").value();
    return zone;
}

LocalDay day(const char* text) {
    return core::parse_day(text).value();
}

RunMessage run(const SiteZone& zone, const char* start, const char* stop, std::int64_t total) {
    const auto epoch = [&](const char* text) {
        return core::epoch_ms(zone.to_instant(core::parse_meter_clock(text).value())) / 1000;
    };
    return {core::DeviceId::parse("pump").value(), epoch(start), epoch(stop), 1, total};
}

std::vector<DayRun> spread(const char* start, const char* stop, std::int64_t total) {
    return spread_run(run(jakarta(), start, stop, total), jakarta());
}

}  // namespace

TEST(RunTime, ARunWithinADayIsThatDays) {
    EXPECT_EQ(spread("2026-11-23 08:00:00", "2026-11-23 10:00:00", 7000),
              (std::vector<DayRun>{{day("2026-11-23"), 7000, 1}}));
}

TEST(RunTime, ARunOverMidnightIsSpreadByTheOverlap) {
    EXPECT_EQ(spread("2026-11-23 23:00:00", "2026-11-24 02:00:00", 900),
              (std::vector<DayRun>{{day("2026-11-23"), 300, 1}, {day("2026-11-24"), 600, 0}}));
}

TEST(RunTime, ARunOfNoLengthIsItsDays) {
    EXPECT_EQ(spread("2026-11-23 23:59:59", "2026-11-23 23:59:59", 500),
              (std::vector<DayRun>{{day("2026-11-23"), 500, 1}}));
}

TEST(RunTime, ARunThatStopsAtMidnightLeavesTheNextDayAlone) {
    EXPECT_EQ(spread("2026-11-23 22:00:00", "2026-11-24 00:00:00", 7200),
              (std::vector<DayRun>{{day("2026-11-23"), 7200, 1}}));
}

TEST(RunTime, ARecordWithoutRunTimeStillCountsItsCycle) {
    EXPECT_EQ(spread("2026-11-23 22:00:00", "2026-11-25 00:00:00", 0),
              (std::vector<DayRun>{{day("2026-11-23"), 0, 1}}));
}

TEST(RunTime, DaysAreThoseOfTheSitesZone) {
    const SiteZone berlin = SiteZone::find("Europe/Berlin").value();  // 25 October 2026 has 25 hours
    EXPECT_EQ(spread_run(run(berlin, "2026-10-24 12:00:00", "2026-10-26 12:00:00", 49), berlin),
              (std::vector<DayRun>{
                  {day("2026-10-24"), 12, 1}, {day("2026-10-25"), 25, 0}, {day("2026-10-26"), 12, 0}}));
}

TEST(RunTime, TheDaysAddUpExactlyForAnyRecord) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 500; ++round) {
        const auto start = static_cast<std::int64_t>(1'600'000'000 + random() % 200'000'000);
        const auto length = static_cast<std::int64_t>(random() % (random() % 40 * 86'400 + 1));
        const auto total = static_cast<std::int64_t>(random() % (round % 5 == 0 ? (1ull << 53) : 1'000'000));
        const auto days =
            spread_run({core::DeviceId::parse("pump").value(), start, start + length, 1, total}, jakarta());
        std::int64_t sum = 0;
        std::int64_t cycles = 0;
        for (const DayRun& part : days) {
            EXPECT_GE(part.run_seconds, 0);
            sum += part.run_seconds;
            cycles += part.cycles;
        }
        ASSERT_EQ(sum, total);
        ASSERT_EQ(cycles, 1);
    }
}

TEST(RunTime, WindowsEndToday) {
    const auto windows = run_windows(day("2026-11-25"));  // a Wednesday
    EXPECT_EQ(windows.yesterday, (domain::DayRange{day("2026-11-24"), day("2026-11-24")}));
    EXPECT_EQ(windows.week, (domain::DayRange{day("2026-11-23"), day("2026-11-25")}));
    EXPECT_EQ(windows.month, (domain::DayRange{day("2026-11-01"), day("2026-11-25")}));
    EXPECT_EQ(windows.ytd, (domain::DayRange{day("2026-01-01"), day("2026-11-25")}));
    EXPECT_EQ(windows.yoy, (domain::DayRange{day("2025-01-01"), day("2025-11-25")}));
}

TEST(RunTime, TheWeekReachesIntoLastMonthAndYear) {
    EXPECT_EQ(run_windows(day("2027-01-02")).week, (domain::DayRange{day("2026-12-28"), day("2027-01-02")}));
}

TEST(RunTime, LastYearsSpanOfALeapDayEndsOnThe28th) {
    EXPECT_EQ(run_windows(day("2028-02-29")).yoy, (domain::DayRange{day("2027-01-01"), day("2027-02-28")}));
    EXPECT_EQ(run_windows(day("2029-02-28")).yoy, (domain::DayRange{day("2028-01-01"), day("2028-02-28")}));
}
