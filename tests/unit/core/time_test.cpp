#include "core/time.hpp"

#include <gtest/gtest.h>

using namespace silaware::core;
using std::chrono::milliseconds;

namespace {

SiteZone zone(const char* name) {
    return SiteZone::find(name).value();
}

std::string clock(std::string_view text) {
    const auto local = parse_meter_clock(text);
    return local ? format_local(*local) : "none";
}

Instant utc(const char* text) {
    return Instant{parse_meter_clock(text).value().time_since_epoch()};
}

}  // namespace

TEST(SiteZone, AnUnknownZoneIsNamed) {
    const auto unknown = SiteZone::find("Asia/Jakartaa");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("Asia/Jakartaa"), std::string::npos);
    EXPECT_FALSE(SiteZone::find(""));
}

TEST(SiteZone, ShowsWallClockAndOffset) {
    const auto jakarta = zone("Asia/Jakarta");
    EXPECT_EQ(jakarta.iso8601(utc("2026-11-23 01:15:00")), "2026-11-23T08:15:00+07:00");
    EXPECT_EQ(jakarta.iso8601(utc("2026-11-23 01:15:00") + milliseconds{5}), "2026-11-23T08:15:00.005+07:00");
    EXPECT_EQ(zone("America/St_Johns").iso8601(utc("2026-01-01 00:00:00")), "2025-12-31T20:30:00-03:30");
    EXPECT_EQ(zone("UTC").iso8601(utc("2026-01-01 00:00:00")), "2026-01-01T00:00:00+00:00");
    EXPECT_EQ(format_local(jakarta.to_local(utc("2026-11-23 01:15:00") + milliseconds{999})),
              "2026-11-23 08:15:00");
}

TEST(SiteZone, TimesThatOccurTwiceAreTheFirstOrTheNearer) {
    const auto berlin = zone("Europe/Berlin");
    const auto local = parse_meter_clock("2026-10-25 02:30:00").value();
    EXPECT_EQ(berlin.to_instant(local), utc("2026-10-25 00:30:00"));
    EXPECT_EQ(berlin.to_instant_near(local, utc("2026-10-25 00:59:00")), utc("2026-10-25 00:30:00"));
    EXPECT_EQ(berlin.to_instant_near(local, utc("2026-10-25 01:01:00")), utc("2026-10-25 01:30:00"));
}

TEST(SiteZone, SkippedTimesAreTheMomentOfTheJump) {
    const auto berlin = zone("Europe/Berlin");
    EXPECT_EQ(berlin.to_instant(parse_meter_clock("2026-03-29 02:30:00").value()),
              utc("2026-03-29 01:00:00"));
}

TEST(SiteZone, DaysBeginAtTheSitesMidnight) {
    const auto jakarta = zone("Asia/Jakarta");
    EXPECT_EQ(jakarta.start_of_day(parse_day("2026-11-23").value()), utc("2026-11-22 17:00:00"));
    EXPECT_EQ(format_day(jakarta.day_of(utc("2026-11-22 17:00:00"))), "2026-11-23");
    EXPECT_EQ(format_day(jakarta.day_of(utc("2026-11-22 17:00:00") - milliseconds{1})), "2026-11-22");
}

TEST(SiteZone, ADayBeginsAlsoWhereMidnightIsSkipped) {
    const auto cairo = zone("Africa/Cairo");  // 2026-04-24 begins at 01:00
    const Instant start = cairo.start_of_day(parse_day("2026-04-24").value());
    EXPECT_EQ(cairo.iso8601(start), "2026-04-24T01:00:00+03:00");
    EXPECT_EQ(format_day(cairo.day_of(start)), "2026-04-24");
    EXPECT_EQ(format_day(cairo.day_of(start - milliseconds{1})), "2026-04-23");
}

TEST(MeterClock, IsDayFirstPaddedOrNotOrIso) {
    EXPECT_EQ(clock("02/03/2026 04:05:06"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock("2/3/2026 4:5:6"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock(" 02/03/2026  04:05:06 "), "2026-03-02 04:05:06");
    EXPECT_EQ(clock("2026-03-02 04:05:06"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock("2026-03-02T04:05:06"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock("29/02/2028 23:59:59"), "2028-02-29 23:59:59");
}

TEST(MeterClock, ImpossibleAndOtherTextsAreNone) {
    for (const char* bad : {"",
                            " ",
                            "02/03/2026",
                            "04:05:06",
                            "29/02/2026 00:00:00",
                            "31/04/2026 00:00:00",
                            "00/01/2026 00:00:00",
                            "01/13/2026 00:00:00",
                            "01/01/2026 24:00:00",
                            "01/01/2026 00:60:00",
                            "01/01/2026 00:00:60",
                            "01/01/26 00:00:00",
                            "01/01/2026 00:00",
                            "01/01/2026 00:00:00x",
                            "01/01/2026T00:00:00",
                            "01-01-2026 00:00:00",
                            "2026/01/01 00:00:00",
                            "-1/01/2026 00:00:00",
                            "001/01/2026 00:00:00",
                            "01/01/02026 00:00:00",
                            "165/165/2165 165:165:85"}) {
        EXPECT_EQ(clock(bad), "none") << bad;
    }
}

TEST(Day, IsStrictIso) {
    EXPECT_EQ(format_day(parse_day("2026-11-23").value()), "2026-11-23");
    for (const char* bad : {"", "2026-11-31", "2026-1-1", "2026-11-23 ", " 2026-11-23", "23/11/2026",
                            "2026-11-23T00:00", "2026-00-10"}) {
        EXPECT_FALSE(parse_day(bad)) << bad;
    }
}

TEST(Duration, HoursCanPass99) {
    EXPECT_EQ(format_hms(0), "00:00:00");
    EXPECT_EQ(format_hms(3661), "01:01:01");
    EXPECT_EQ(format_hms(359'999), "99:59:59");
    EXPECT_EQ(format_hms(360'000), "100:00:00");
    EXPECT_EQ(format_hms(-5), "00:00:00");
}

TEST(IsoWeek, IsOfTheYearOfItsThursday) {
    const auto week = [](const char* day) { return format_week(iso_week(parse_day(day).value())); };
    EXPECT_EQ(week("2026-11-23"), "2026-W48");
    EXPECT_EQ(week("2026-11-29"), "2026-W48");
    EXPECT_EQ(week("2026-01-01"), "2026-W01");
    EXPECT_EQ(week("2027-01-03"), "2026-W53");
    EXPECT_EQ(week("2027-01-04"), "2027-W01");
    EXPECT_EQ(week("2024-12-30"), "2025-W01");
}

TEST(IsoWeek, BeginsOnMonday) {
    EXPECT_EQ(format_day(monday_of(parse_day("2026-11-23").value())), "2026-11-23");
    EXPECT_EQ(format_day(monday_of(parse_day("2026-11-29").value())), "2026-11-23");
    EXPECT_EQ(format_day(monday_of(parse_day("2027-01-01").value())), "2026-12-28");
}

TEST(Utc, IsFormattedWithoutAZone) {
    EXPECT_EQ(format_utc(from_epoch_ms(1'794'984'300'999)), "2026-11-18 06:45:00");
    EXPECT_EQ(epoch_ms(from_epoch_ms(-5)), -5);
}
