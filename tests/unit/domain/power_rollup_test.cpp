#include "domain/power_rollup.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <span>
#include <vector>

#include "domain/interval_split.hpp"

namespace silaware::domain {
namespace {

core::Instant at(int seconds) {
    return core::from_epoch_ms(1'772'409'600'000 + seconds * 1000LL);
}

constexpr double any = 1e12;

void add_to(PowerQuarters& quarters, std::span<const PowerPoint> samples) {
    for (const auto& sample : samples)
        quarters[quarter_start(sample.at)].add(sample, any);
}

std::vector<PowerPoint> every(int interval, int until, double watts) {
    std::vector<PowerPoint> samples;
    for (int second = 0; second < until; second += interval)
        samples.push_back({at(second), watts});
    return samples;
}

TEST(PowerRollup, AQuarterHourHasTheMeanMaximumAndNumberOfItsSamples) {
    PowerQuarters quarters;
    add_to(quarters, std::vector<PowerPoint>{{at(0), 100}, {at(300), 500}, {at(899), 300}, {at(900), 7}});
    ASSERT_EQ(quarters.size(), 2U);
    EXPECT_EQ(quarters[at(0)].samples, 3);
    EXPECT_EQ(quarters[at(0)].mean_watts(), 300);
    EXPECT_EQ(quarters[at(0)].watts_max, 500);
    EXPECT_EQ(quarters[at(900)].mean_watts(), 7);
}

TEST(PowerRollup, ExportedPowerHasANegativeMaximum) {
    PowerQuarters quarters;
    add_to(quarters, std::vector<PowerPoint>{{at(0), -200}, {at(60), -100}});
    EXPECT_EQ(quarters[at(0)].watts_max, -100);
}

TEST(PowerRollup, AReadingWithoutPowerIsHeardButNotAveraged) {
    PowerQuarter quarter;
    quarter.add({at(0), std::numeric_limits<double>::quiet_NaN()}, any);
    EXPECT_EQ(quarter.mean_watts(), std::nullopt);
    EXPECT_GT(covered_seconds(quarter.slots, core::Seconds{60}), 0);
}

TEST(PowerRollup, WhatNoLoadCanDrawIsHeardButNotAveraged) {
    PowerQuarter quarter;
    for (const double watts : {1.8e21, -1.8e21, 20.1e6, std::numeric_limits<double>::infinity()})
        quarter.add({at(0), watts}, most_watts(std::nullopt));
    EXPECT_EQ(quarter.mean_watts(), std::nullopt);
    EXPECT_NE(quarter.slots, 0U);
    quarter.add({at(60), 5'000}, most_watts(std::nullopt));
    quarter.add({at(75), -1'000}, most_watts(std::nullopt));
    EXPECT_EQ(quarter.mean_watts(), 2'000);
    EXPECT_EQ(quarter.watts_max, 5'000);
}

TEST(PowerRollup, AnOverloadIsAveragedWhateverTheRatedPower) {
    EXPECT_EQ(most_watts(std::nullopt), 20e6);
    EXPECT_EQ(most_watts(-5), 20e6);
    EXPECT_EQ(most_watts(86), 20e6);
    EXPECT_EQ(most_watts(50'000), 75e6);
}

TEST(PowerRollup, OrderAndGroupingOfSamplesDoNotMatter) {
    std::mt19937 random(3);
    std::vector<PowerPoint> samples;
    for (int i = 0; i < 500; ++i)
        samples.push_back({at(static_cast<int>(random() % 7200)), random() % 1000 * 1.0});
    PowerQuarters whole;
    add_to(whole, samples);
    std::shuffle(samples.begin(), samples.end(), random);
    PowerQuarters merged;
    for (std::size_t from = 0; from < samples.size(); from += 50) {
        PowerQuarters part;
        add_to(part, std::span(samples).subspan(from, 50));
        for (const auto& [start, quarter] : part)
            merged[start].merge(quarter);
    }
    EXPECT_EQ(merged, whole);
}

TEST(PowerRollup, AMeterAtItsUsualRhythmCoversTheWholeQuarterHour) {
    for (const int interval : {1, 5, 10, 15, 20, 30, 60, 120, 300, 900}) {
        PowerQuarters quarters;
        add_to(quarters, every(interval, 900, 100));
        EXPECT_EQ(covered_seconds(quarters[at(0)].slots, core::Seconds{interval}), 900) << interval;
    }
}

TEST(PowerRollup, SilenceIsNotCovered) {
    PowerQuarters quarters;
    add_to(quarters, every(5, 450, 100));
    EXPECT_NEAR(covered_seconds(quarters[at(0)].slots, core::Seconds{5}), 450, 18);
    EXPECT_EQ(covered_seconds(0, core::Seconds{60}), 0);
}

TEST(PowerRollup, DemandIsTheEnergyOfTheQuarterHourAndElseItsMeanPower) {
    PowerQuarter power;
    power.add({at(0), 30'000}, any);
    power.add({at(60), 50'000}, any);
    EXPECT_DOUBLE_EQ(demand_kw(6, power), 24);
    EXPECT_DOUBLE_EQ(demand_kw(0, power), 40);
    EXPECT_DOUBLE_EQ(demand_kw(0, {}), 0);
}

}  // namespace
}  // namespace silaware::domain
