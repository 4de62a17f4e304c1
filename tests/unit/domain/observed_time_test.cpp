#include "domain/observed_time.hpp"

#include <gtest/gtest.h>

using namespace silaware;
using core::Instant;
using core::parse_meter_clock;
using core::SiteZone;
using domain::observed_time;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

SiteZone zone(const char* name) {
    return SiteZone::find(name).value();
}

Instant utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return date::sys_days{date::year{year} / static_cast<int>(month) / static_cast<int>(day)} + hours{hour} +
           minutes{minute};
}

}  // namespace

TEST(ObservedTime, TheMeterClockIsSiteWallClock) {
    EXPECT_EQ(observed_time(parse_meter_clock("23/11/2026 08:15:00"), utc(2026, 11, 23, 1, 20),
                            zone("Asia/Jakarta")),
              utc(2026, 11, 23, 1, 15));
}

TEST(ObservedTime, WithoutAClockItIsTheReceipt) {
    const Instant received = utc(2026, 11, 23, 1, 20) + milliseconds{123};
    EXPECT_EQ(observed_time(std::nullopt, received, zone("Asia/Jakarta")), received);
}

TEST(ObservedTime, AClockExactly24HoursOffStillCounts) {
    const auto jakarta = zone("Asia/Jakarta");
    const auto clock = parse_meter_clock("23/11/2026 08:00:00");
    const Instant taken = utc(2026, 11, 23, 1);
    EXPECT_EQ(observed_time(clock, taken + hours{24}, jakarta), taken);
    EXPECT_EQ(observed_time(clock, taken - hours{24}, jakarta), taken);
}

TEST(ObservedTime, AClockFurtherOffIsIgnored) {
    const auto jakarta = zone("Asia/Jakarta");
    const auto clock = parse_meter_clock("23/11/2026 08:00:00");
    const Instant late = utc(2026, 11, 24, 1) + milliseconds{1};
    const Instant early = utc(2026, 11, 22, 1) - milliseconds{1};
    EXPECT_EQ(observed_time(clock, late, jakarta), late);
    EXPECT_EQ(observed_time(clock, early, jakarta), early);
    EXPECT_EQ(observed_time(parse_meter_clock("01/01/2000 00:00:00"), late, jakarta), late);
}

TEST(ObservedTime, AHourThatOccursTwiceIsTheOneCloserToTheReceipt) {
    const auto berlin = zone("Europe/Berlin");  // 25 October 2026: 03:00 CEST becomes 02:00 CET at 01:00 UTC
    const auto clock = parse_meter_clock("25/10/2026 02:30:00");
    EXPECT_EQ(observed_time(clock, utc(2026, 10, 25, 0, 31), berlin), utc(2026, 10, 25, 0, 30));
    EXPECT_EQ(observed_time(clock, utc(2026, 10, 25, 1, 31), berlin), utc(2026, 10, 25, 1, 30));
    EXPECT_EQ(observed_time(clock, utc(2026, 10, 25, 1, 0), berlin), utc(2026, 10, 25, 0, 30));
}

TEST(ObservedTime, AHourThatIsSkippedIsTheMomentOfTheJump) {
    EXPECT_EQ(observed_time(parse_meter_clock("29/03/2026 02:30:00"), utc(2026, 3, 29, 1, 1),
                            zone("Europe/Berlin")),
              utc(2026, 3, 29, 1, 0));
}
