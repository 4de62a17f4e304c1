#include "domain/retention.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace silaware;
using core::SiteZone;
using domain::retention_cutoff;

namespace {

std::string cutoff(const char* zone_name, const char* local_now, int months) {
    const SiteZone zone = SiteZone::find(zone_name).value();
    const auto now = zone.to_instant(core::parse_meter_clock(local_now).value());
    return zone.iso8601(retention_cutoff(now, months, zone));
}

}  // namespace

TEST(Retention, GoesBackWholeMonthsOfTheSitesCalendar) {
    EXPECT_EQ(cutoff("Asia/Jakarta", "2026-11-23 08:15:00", 4), "2026-07-23T08:15:00+07:00");
    EXPECT_EQ(cutoff("Asia/Jakarta", "2026-02-01 00:00:00", 4), "2025-10-01T00:00:00+07:00");
    EXPECT_EQ(cutoff("Asia/Jakarta", "2026-02-01 00:00:00", 26), "2023-12-01T00:00:00+07:00");
}

TEST(Retention, AlertsAndTheAuditLogStayLongerThanRawRowsAndNeverShorter) {
    const SiteZone zone = SiteZone::find("Asia/Jakarta").value();
    const auto now = zone.to_instant(core::parse_meter_clock("2026-11-23 08:15:00").value());
    const auto days = [&](int months) {
        const auto [raw, alerts, audit] = domain::retention_cutoffs(now, months, zone);
        return fmt::format("{} {} {}", core::format_day(zone.day_of(raw)),
                           core::format_day(zone.day_of(alerts)), core::format_day(zone.day_of(audit)));
    };
    EXPECT_EQ(days(4), "2026-07-23 2024-11-23 2025-11-23");
    EXPECT_EQ(days(36), "2023-11-23 2023-11-23 2023-11-23");
}

TEST(Retention, EndsWithTheLastDayOfAShorterMonth) {
    EXPECT_EQ(cutoff("Asia/Jakarta", "2026-07-31 12:00:00", 5), "2026-02-28T12:00:00+07:00");
    EXPECT_EQ(cutoff("Asia/Jakarta", "2024-06-30 12:00:00", 4), "2024-02-29T12:00:00+07:00");
}

TEST(Retention, KeepsTheWallClockOverDaylightSaving) {
    EXPECT_EQ(cutoff("Europe/Berlin", "2026-07-15 12:00:00", 6), "2026-01-15T12:00:00+01:00");
}
