#include "domain/interval_split.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace silaware::domain {
namespace {

core::Instant utc(std::string_view text) {
    const auto clock = core::parse_meter_clock(text).value();
    return core::Instant{clock.time_since_epoch()};
}

core::SiteZone zone(std::string_view name) {
    return core::SiteZone::find(name).value();
}

core::LocalDay day(std::string_view text) {
    return core::parse_day(text).value();
}

TEST(IntervalSplit, GrowthIsSplitLinearlyAtEachQuarterHour) {
    const auto shares = split_into_quarters({utc("2026-03-02 10:10:00"), utc("2026-03-02 10:40:00"), 30});
    ASSERT_EQ(shares.size(), 3U);
    EXPECT_EQ(shares[0].quarter, utc("2026-03-02 10:00:00"));
    EXPECT_DOUBLE_EQ(shares[0].amount, 5);
    EXPECT_DOUBLE_EQ(shares[1].amount, 15);
    EXPECT_EQ(shares[2].quarter, utc("2026-03-02 10:30:00"));
    EXPECT_DOUBLE_EQ(shares[2].amount, 10);
}

TEST(IntervalSplit, GrowthThatEndsOnABoundaryBelongsToTheQuarterBeforeIt) {
    const auto shares = split_into_quarters({utc("2026-03-02 10:14:00"), utc("2026-03-02 10:15:00"), 1});
    ASSERT_EQ(shares.size(), 1U);
    EXPECT_EQ(shares[0].quarter, utc("2026-03-02 10:00:00"));
}

TEST(IntervalSplit, AnAmountAtOneInstantBelongsToTheQuarterThatHoldsIt) {
    const auto at = utc("2026-03-02 10:15:00");
    EXPECT_EQ(split_into_quarters({at, at, 2}), (std::vector<QuarterAmount>{{at, 2}}));
}

TEST(IntervalSplit, TheSharesOfAMonthAddUpToTheWhole) {
    const auto shares =
        split_into_quarters({utc("2026-01-31 23:59:59"), utc("2026-03-01 00:00:01"), 1234.567});
    EXPECT_EQ(shares.size(), 28U * 96 + 2);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0,
                                       [](double total, const auto& share) { return total + share.amount; });
    EXPECT_NEAR(sum, 1234.567, 1e-9);
    for (const auto& share : shares)
        EXPECT_GE(share.amount, 0);
}

TEST(IntervalSplit, QuarterHoursBefore1970StartBeforeTheirInstants) {
    EXPECT_EQ(quarter_start(core::from_epoch_ms(-1)), core::from_epoch_ms(-900'000));
}

TEST(IntervalSplit, NoSiteLocalDayCutsAQuarterHour) {
    for (const auto* name : {"Asia/Jakarta", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe",
                             "America/St_Johns", "Pacific/Chatham", "Europe/Berlin", "America/New_York"}) {
        const auto site = zone(name);
        for (auto local = day("2026-01-01"); local < day("2027-01-01"); local += date::days{1}) {
            const auto start = site.start_of_day(local);
            ASSERT_EQ(quarter_start(start), start) << name;
            ASSERT_EQ(site.day_of(start), local) << name;
            ASSERT_EQ(site.day_of(start - core::Milliseconds{1}), local - date::days{1}) << name;
        }
    }
}

std::map<core::LocalDay, double> sum_by_day(const core::SiteZone& site, const Increment& increment) {
    std::map<core::LocalDay, double> days;
    for (const auto& [quarter, amount] : sum_by_quarter(std::span(&increment, 1)))
        days[site.day_of(quarter)] += amount;
    return days;
}

TEST(IntervalSplit, AnEveningOverMidnightIsSplitBetweenTheSitesDays) {
    // 23:50 to 00:20 in Jakarta.
    const Increment evening{utc("2026-03-02 16:50:00"), utc("2026-03-02 17:20:00"), 3};
    const auto days = sum_by_day(zone("Asia/Jakarta"), evening);
    EXPECT_DOUBLE_EQ(days.at(day("2026-03-02")), 1);
    EXPECT_DOUBLE_EQ(days.at(day("2026-03-03")), 2);
}

TEST(IntervalSplit, DaysOfAClockChangeHave23And25HoursOfEnergy) {
    const auto site = zone("Europe/Berlin");
    const Increment spring{site.start_of_day(day("2026-03-28")), site.start_of_day(day("2026-03-30")), 47};
    const auto short_day = sum_by_day(site, spring);
    EXPECT_NEAR(short_day.at(day("2026-03-28")), 24, 1e-9);
    EXPECT_NEAR(short_day.at(day("2026-03-29")), 23, 1e-9);
    const Increment autumn{site.start_of_day(day("2026-10-25")), site.start_of_day(day("2026-10-26")), 25};
    EXPECT_NEAR(sum_by_day(site, autumn).at(day("2026-10-25")), 25, 1e-9);
}

TEST(IntervalSplit, HoursStartOnTheSitesClock) {
    EXPECT_EQ(hour_start(zone("Asia/Kathmandu"), utc("2026-03-02 10:10:00")), utc("2026-03-02 09:15:00"));
    EXPECT_EQ(hour_start(zone("Asia/Jakarta"), utc("2026-03-02 10:10:00")), utc("2026-03-02 10:00:00"));
}

TEST(IntervalSplit, MonthsAreThoseOfTheCalendar) {
    using namespace date::literals;
    EXPECT_EQ(month_of(day("2026-02-28")), 2026_y / 2);
    EXPECT_EQ(month_of(day("2026-03-01")), 2026_y / 3);
    EXPECT_EQ(days_in(2028_y / 2), 29);
    EXPECT_EQ(first_day(2026_y / 11), day("2026-11-01"));
}

TEST(IntervalSplit, TheDifferenceLeavesOutWhatDidNotChange) {
    const auto one = utc("2026-03-02 10:00:00");
    const auto two = utc("2026-03-02 10:15:00");
    const auto three = utc("2026-03-02 10:30:00");
    const auto change = difference({{one, 1}, {two, 2}}, {{one, 1}, {two, 5}, {three, 4}});
    EXPECT_EQ(change, (QuarterSums{{two, 3}, {three, 4}}));
    EXPECT_EQ(difference({{one, 1}}, {}), (QuarterSums{{one, -1}}));
}

}  // namespace
}  // namespace silaware::domain
