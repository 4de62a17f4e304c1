#include "domain/alert_policy.hpp"

#include <gtest/gtest.h>

using namespace silaware;
using namespace silaware::domain;
using core::Instant;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const Instant begin = core::from_epoch_ms(1'790'000'000'000);

/// One alert fed with values, as a device's readings do.
struct Alert {
    Limit limit;
    AlertRule rule;
    AlertState state = {};

    AlertStep read(double value, core::Milliseconds after) {
        const auto decision = advance(state, judge(value, limit), begin + after, rule);
        state = decision.state;
        return decision.step;
    }
};

Alert climate(double maximum) {
    return {climate_limit(maximum), climate_rule};
}

}  // namespace

TEST(Climate, AtTheMaximumNothingHappens) {
    EXPECT_EQ(climate(30).read(30, seconds{0}), AlertStep::none);
}

TEST(Climate, AboveTheMaximumIsRaisedAtOnceAndOnlyOnce) {
    Alert alert = climate(30);
    EXPECT_EQ(alert.read(30.1, seconds{0}), AlertStep::raise);
    for (int i = 1; i < 10'000; ++i) {
        ASSERT_EQ(alert.read(31, milliseconds{i * 100}), AlertStep::none);
    }
}

TEST(Climate, RemindsEvery60MinutesWhileItLasts) {
    Alert alert = climate(30);
    alert.read(31, seconds{0});
    EXPECT_EQ(alert.read(31, minutes{60} - milliseconds{1}), AlertStep::none);
    EXPECT_EQ(alert.read(31, minutes{60}), AlertStep::remind);
    EXPECT_EQ(alert.read(31, minutes{119}), AlertStep::none);
    EXPECT_EQ(alert.read(31, minutes{121}), AlertStep::remind);
}

TEST(Climate, IsClearedHalfADegreeBelowTheMaximum) {
    Alert alert = climate(30);
    alert.read(31, seconds{0});
    EXPECT_EQ(alert.read(29.6, seconds{10}), AlertStep::none);
    EXPECT_EQ(alert.read(30.4, seconds{20}), AlertStep::none);
    EXPECT_EQ(alert.read(29.5, seconds{30}), AlertStep::clear);
    EXPECT_EQ(alert.read(29.5, seconds{40}), AlertStep::none);
    EXPECT_EQ(alert.read(30.1, seconds{50}), AlertStep::raise);
}

TEST(Climate, TheClearingLevelIsExactInDecimals) {
    for (int tenth = 1; tenth < 1000; ++tenth) {
        Alert alert = climate(tenth / 10.0);
        ASSERT_EQ(alert.read(tenth / 10.0, seconds{0}), AlertStep::none);
        ASSERT_EQ(alert.read((tenth + 1) / 10.0, seconds{1}), AlertStep::raise);
        ASSERT_EQ(alert.read((tenth - 4) / 10.0, seconds{2}), AlertStep::none);
        ASSERT_EQ(alert.read((tenth - 5) / 10.0, seconds{3}), AlertStep::clear) << tenth;
    }
}

TEST(Climate, RaisingTheMaximumClearsWithTheNextReading) {
    Alert alert = climate(30);
    alert.read(31, seconds{0});
    alert.limit = climate_limit(35);
    EXPECT_EQ(alert.read(31, seconds{10}), AlertStep::clear);
}

TEST(AlertLifecycle, AValueMustHoldForItsDuration) {
    Alert alert{power_limit(1000), power_rule};
    EXPECT_EQ(alert.read(1200, seconds{0}), AlertStep::none);
    EXPECT_EQ(alert.state.phase, AlertPhase::pending);
    EXPECT_EQ(alert.read(1200, seconds{59}), AlertStep::none);
    EXPECT_EQ(alert.read(1200, seconds{60}), AlertStep::raise);
    EXPECT_EQ(alert.state.since, begin);
}

TEST(AlertLifecycle, APeakShorterThanTheDurationIsForgotten) {
    Alert alert{power_limit(1000), power_rule};
    alert.read(1200, seconds{0});
    EXPECT_EQ(alert.read(990, seconds{30}), AlertStep::none);
    EXPECT_EQ(alert.state.phase, AlertPhase::quiet);
    EXPECT_EQ(alert.read(1200, seconds{61}), AlertStep::none);
    EXPECT_EQ(alert.read(1200, seconds{121}), AlertStep::raise);
}

TEST(AlertLifecycle, OverRatedPowerClearsFivePercentBelow) {
    Alert alert{power_limit(1000), power_rule};
    alert.read(1200, seconds{0});
    alert.read(1200, seconds{60});
    EXPECT_EQ(alert.read(960, seconds{70}), AlertStep::none);
    EXPECT_EQ(alert.read(950, seconds{80}), AlertStep::clear);
}

TEST(AlertLifecycle, AnAcknowledgedAlertRemindsNoMoreButIsCleared) {
    Alert alert = climate(30);
    alert.read(31, seconds{0});
    alert.state = acknowledged(alert.state);
    EXPECT_EQ(alert.state.phase, AlertPhase::acknowledged);
    EXPECT_EQ(alert.read(31, hours{3}), AlertStep::none);
    EXPECT_EQ(alert.read(20, hours{4}), AlertStep::clear);
    EXPECT_EQ(alert.state.phase, AlertPhase::quiet);
}

TEST(AlertLifecycle, OnlyARaisedAlertCanBeAcknowledged) {
    EXPECT_EQ(acknowledged(AlertState{}).phase, AlertPhase::quiet);
    EXPECT_EQ(acknowledged({.phase = AlertPhase::pending}).phase, AlertPhase::pending);
}

TEST(AlertLifecycle, AReadingOlderThanTheNewestIsIgnored) {
    Alert alert = climate(30);
    alert.read(31, minutes{10});
    EXPECT_EQ(alert.read(20, minutes{9}), AlertStep::none);
    EXPECT_EQ(alert.state.phase, AlertPhase::raised);
}

TEST(PowerFactor, BelowTheBilledLimitIsRaised) {
    Alert alert{power_factor_limit(), power_factor_rule};
    EXPECT_EQ(alert.read(0.85, seconds{0}), AlertStep::none);
    EXPECT_EQ(alert.read(0.84, seconds{1}), AlertStep::raise);
    EXPECT_EQ(alert.read(0.855, seconds{2}), AlertStep::none);
    EXPECT_EQ(alert.read(0.86, seconds{3}), AlertStep::clear);
}

TEST(PowerFactor, OfAMonthIsActiveByApparentEnergy) {
    EXPECT_DOUBLE_EQ(*mean_power_factor(80, 100), 0.8);
    EXPECT_DOUBLE_EQ(*mean_power_factor(80, 79.9), 1.0);
    EXPECT_FALSE(mean_power_factor(0.5, 10));
    EXPECT_FALSE(mean_power_factor(10, 0));
}

TEST(QuietHours, MailWaitsForTheirEnd) {
    const auto zone = core::SiteZone::find("Asia/Jakarta").value();
    const auto leaves = [&](const char* local, QuietHours quiet) {
        const Instant at = zone.to_instant(core::parse_meter_clock(local).value());
        return core::format_local(zone.to_local(leave_at(at, quiet, zone)));
    };
    const QuietHours night{hours{22}, hours{6}};
    EXPECT_EQ(leaves("2026-11-23 21:59:59", night), "2026-11-23 21:59:59");
    EXPECT_EQ(leaves("2026-11-23 22:00:00", night), "2026-11-24 06:00:00");
    EXPECT_EQ(leaves("2026-11-24 05:59:59", night), "2026-11-24 06:00:00");
    EXPECT_EQ(leaves("2026-11-24 06:00:00", night), "2026-11-24 06:00:00");
    const QuietHours noon{hours{12}, hours{13}};
    EXPECT_EQ(leaves("2026-11-24 12:30:00", noon), "2026-11-24 13:00:00");
    EXPECT_EQ(leaves("2026-11-24 13:30:00", noon), "2026-11-24 13:30:00");
    EXPECT_EQ(leaves("2026-11-24 12:30:00", {hours{12}, hours{12}}), "2026-11-24 12:30:00");
}
