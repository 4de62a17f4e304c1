#include "domain/maintenance.hpp"

#include <cmath>

#include <gtest/gtest.h>

using domain_state = silaware::domain::MaintenanceState;
using silaware::domain::decide_maintenance;
using silaware::domain::maintenance_limit_ms;
using silaware::domain::next_maintenance;

namespace {

constexpr std::int64_t hour = 3600;

domain_state notified(std::int64_t multiple, double hours) {
    return {maintenance_limit_ms(hours), multiple};
}

}  // namespace

TEST(Maintenance, NothingIsDueBelowTheLimit) {
    const auto decision = decide_maintenance(std::nullopt, 0, 100 * hour - 1, 100);
    EXPECT_FALSE(decision.due);
    EXPECT_EQ(decision.state, notified(0, 100));
}

TEST(Maintenance, ReachingTheLimitIsDueOnce) {
    const auto first = decide_maintenance(notified(0, 100), 99 * hour, 100 * hour, 100);
    EXPECT_EQ(first.due, 1);
    EXPECT_FALSE(decide_maintenance(first.state, 100 * hour, 150 * hour, 100).due);
}

TEST(Maintenance, OnlyTheHighestOfSeveralMultiplesIsDue) {
    const auto decision = decide_maintenance(notified(1, 100), 150 * hour, 450 * hour, 100);
    EXPECT_EQ(decision.due, 4);
    EXPECT_EQ(decision.state, notified(4, 100));
}

TEST(Maintenance, ANewMachineThatPassesTheLimitWithItsFirstRecordIsDue) {
    EXPECT_EQ(decide_maintenance(std::nullopt, 0, 205 * hour, 100).due, 2);
}

TEST(Maintenance, ChangingTheLimitSendsNothingByItself) {
    const auto lower = decide_maintenance(notified(1, 100), 150 * hour, 151 * hour, 10);
    EXPECT_FALSE(lower.due);
    EXPECT_EQ(lower.state, notified(15, 10));
    EXPECT_EQ(decide_maintenance(lower.state, 151 * hour, 160 * hour, 10).due, 16);
    const auto higher = decide_maintenance(notified(15, 10), 160 * hour, 170 * hour, 100);
    EXPECT_FALSE(higher.due);
    EXPECT_EQ(decide_maintenance(higher.state, 170 * hour, 200 * hour, 100).due, 2);
}

TEST(Maintenance, TheRecordThatPassesAMultipleOfTheNewLimitIsDue) {
    EXPECT_EQ(decide_maintenance(notified(1, 100), 155 * hour, 165 * hour, 10).due, 16);
}

TEST(Maintenance, AMachineTakenOverWithRunTimeIsNotNotifiedOfThePast) {
    const auto decision = decide_maintenance(std::nullopt, 950 * hour, 951 * hour, 100);
    EXPECT_FALSE(decision.due);
    EXPECT_EQ(decision.state, notified(9, 100));
}

TEST(Maintenance, FractionsOfHoursAreExact) {
    EXPECT_EQ(decide_maintenance(notified(0, 0.1), 0, 360, 0.1).due, 1);
    EXPECT_EQ(decide_maintenance(notified(2, 0.7), 3 * 2520 - 1, 3 * 2520, 0.7).due, 3);
    EXPECT_EQ(decide_maintenance(notified(0, 0.001), 0, 4, 0.001).due, 1);
}

TEST(Maintenance, WithoutALimitNothingIsDue) {
    for (const double limit : {0.0, -1.0, std::nan("")}) {
        const auto decision = decide_maintenance(notified(3, 100), 400 * hour, 900 * hour, limit);
        EXPECT_FALSE(decision.due);
        EXPECT_EQ(decision.state, notified(3, 100));
        EXPECT_FALSE(next_maintenance(5, limit));
    }
}

TEST(Maintenance, TheNextOneIsTheNextMultiple) {
    EXPECT_EQ(next_maintenance(0, 100), 100 * hour);
    EXPECT_EQ(next_maintenance(100 * hour - 1, 100), 100 * hour);
    EXPECT_EQ(next_maintenance(100 * hour, 100), 200 * hour);
    EXPECT_EQ(next_maintenance(5, 0.5), 1800);
}
