#include "domain/energy_register.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "unit/domain/energy_register_fixture.hpp"

namespace silaware::domain::testing {
namespace {

using Classes = std::vector<CorrectionClass>;
using enum CorrectionClass;

TEST(EnergyRegister, TheFirstReadingIsTheBaselineAndCountsNothing) {
    Meter meter;
    meter.read({{0, 5000}});
    EXPECT_EQ(meter.energy(), 0);
    EXPECT_EQ(meter.state.last_sure(), 5000);
}

TEST(EnergyRegister, AnUnusableFirstReadingIsNoBaseline) {
    Meter meter;
    meter.read({{0, -0.007}, {1, 1.8e21}, {2, std::numeric_limits<double>::quiet_NaN()}, {3, 50}, {4, 50.5}});
    EXPECT_DOUBLE_EQ(meter.energy(), 0.5);
    EXPECT_TRUE(meter.corrections.empty());
}

TEST(EnergyRegister, GrowthCounts) {
    Meter meter;
    meter.run(0, 1, 11, 5000, 0.25);
    EXPECT_DOUBLE_EQ(meter.energy(), 2.5);
    EXPECT_TRUE(meter.corrections.empty());
}

TEST(EnergyRegister, RegistersAboveAMillionAreNotQuantised) {
    Meter meter;
    meter.read({{0, 56'842'220.001}, {1, 56'842'220.002}, {2, 56'842'220.004}});
    EXPECT_NEAR(meter.energy(), 0.003, 1e-7);
}

TEST(EnergyRegister, GapsOfHoursAndOfAMonthKeepTheirEnergy) {
    Meter meter;
    meter.read({{0, 5000}, {360, 5090}, {360 + 30 * 1440, 45'000}});
    EXPECT_DOUBLE_EQ(meter.energy(), 40'000);
    EXPECT_DOUBLE_EQ(meter.energy_between(0, 360), 90);
}

TEST(EnergyRegister, ADipThatComesBackCountsNothingAndLosesNothing) {
    for (const double dip : {0.0, 0.004, -0.004, -0.007, -3.0, 17.0}) {
        Meter meter;
        meter.read({{0, 5000}, {1, dip}, {2, 5000.5}});
        EXPECT_DOUBLE_EQ(meter.energy(), 0.5) << dip;
        EXPECT_EQ(meter.classes(), Classes{glitch}) << dip;
        EXPECT_EQ(meter.corrections[0].before, 5000);
        EXPECT_EQ(meter.corrections[0].energy, 0);
        EXPECT_EQ(meter.corrections[0].observed_at, minute(1));
    }
}

TEST(EnergyRegister, ASpikeThatComesBackCountsNothingAndLosesNothing) {
    for (const double spike : {1e21, 1.8e21, 99'999.0, 9'000.0}) {
        Meter meter;
        meter.read({{0, 5000}, {1, spike}, {2, spike}, {3, 5000.5}});
        EXPECT_DOUBLE_EQ(meter.energy(), 0.5) << spike;
        EXPECT_EQ(meter.classes(), Classes{glitch}) << spike;
        EXPECT_EQ(meter.corrections[0].after, spike);
    }
}

TEST(EnergyRegister, ANearZeroGlitchOf45MinutesIsNoReset) {
    Meter meter;
    meter.run(0, 1, 60, 5000, 0.1);
    const double jitter[] = {0.001, 0.003, -0.002, 0.004, 0.0, 0.005, 0.006, 0.0075, 0.009};
    for (int i = 0; i < 45; ++i)
        meter.read({{60 + i, jitter[i / 5]}});
    EXPECT_FALSE(meter.state.undecided.empty());
    EXPECT_DOUBLE_EQ(meter.state.last_sure().value(), 5005.9);
    meter.read({{105, 5010.5}});
    EXPECT_NEAR(meter.energy(), 10.5, 1e-9);
    EXPECT_EQ(meter.classes(), Classes{glitch});
}

TEST(EnergyRegister, AStandingLevelStaysUndecidedForDaysUntilTheOldOneReturns) {
    Meter meter;
    meter.read({{0, 5000}});
    meter.run(1, 30, 200, 0, 0);
    EXPECT_EQ(meter.energy(), 0);
    meter.read({{6001, 5080}});
    EXPECT_DOUBLE_EQ(meter.energy(), 80);
}

TEST(EnergyRegister, AResetCountsOnFromZeroFirstValueIncluded) {
    Meter meter;
    meter.read({{0, 5000}, {10, 0.4}, {20, 0.9}, {30, 1.4}});
    EXPECT_EQ(meter.energy(), 0) << "grown only twice";
    EXPECT_EQ(meter.state.last_sure(), 5000);
    meter.read({{40, 1.9}});
    EXPECT_NEAR(meter.energy(), 1.9, 1e-12);
    ASSERT_EQ(meter.classes(), Classes{reset});
    EXPECT_EQ(meter.corrections[0], (Correction{minute(10), reset, 5000, 0.4, 0.4}));
    EXPECT_EQ(meter.state.last_sure(), 1.9);
}

TEST(EnergyRegister, AResetNeedsTwentyMinutesHoweverOftenItGrew) {
    Meter meter;
    meter.read({{0, 5000}});
    meter.run(1, 1, 20, 0, 0.1);
    EXPECT_EQ(meter.energy(), 0);
    meter.read({{21, 2.0}});
    EXPECT_NEAR(meter.energy(), 2.0, 1e-12);
}

TEST(EnergyRegister, ALevelThatGrewButLetTheOldOneReturnWasAGlitch) {
    Meter meter;
    meter.read({{0, 5000}, {1, 0}, {2, 0.1}, {3, 0.2}, {4, 0.3}, {5, 5000.3}});
    EXPECT_NEAR(meter.energy(), 0.3, 1e-9);
    EXPECT_EQ(meter.classes(), Classes{glitch});
}

TEST(EnergyRegister, EnergyOfAnUndecidedLevelLandsWhenItWasUsed) {
    Meter meter;
    meter.read({{0, 5000}, {15, 0}, {30, 3}, {60, 3}, {90, 3}, {105, 10}, {120, 10}, {135, 11}});
    EXPECT_DOUBLE_EQ(meter.energy(), 11);
    EXPECT_DOUBLE_EQ(meter.energy_between(15, 30), 3);
    EXPECT_DOUBLE_EQ(meter.energy_between(30, 90), 0);
    EXPECT_DOUBLE_EQ(meter.energy_between(90, 105), 7);
}

TEST(EnergyRegister, AResetThatPassesItsOldValueByItsOwnPaceIsStillAReset) {
    Meter meter;
    meter.run(0, 1, 30, 1.0, 0.1);  // up to 3.9
    meter.run(30, 1, 40, 0.2, 0.25);
    EXPECT_NEAR(meter.energy(), 2.9 + 0.2 + 39 * 0.25, 1e-9);
    EXPECT_EQ(meter.classes(), Classes{reset});
}

TEST(EnergyRegister, TwoResetsWithinTwentyMinutesBothCount) {
    Meter meter;
    meter.run(0, 1, 10, 5000, 0.1);
    meter.run(10, 1, 10, 0, 0.2);    // up to 1.8
    meter.run(20, 1, 30, 0.1, 0.2);  // up to 5.9
    EXPECT_NEAR(meter.energy(), 0.9 + 1.8 + 5.9, 1e-9);
    EXPECT_EQ(meter.classes(), (Classes{reset, reset}));
}

TEST(EnergyRegister, ARolloverGoesThroughAtOnce) {
    Meter meter;
    meter.read({{0, 999'984}, {1, 20}});
    EXPECT_DOUBLE_EQ(meter.energy(), 36);
    EXPECT_EQ(meter.classes(), Classes{rollover});
    EXPECT_EQ(meter.corrections[0], (Correction{minute(1), rollover, 999'984, 20, 36}));
    meter.read({{2, 20.5}});
    EXPECT_DOUBLE_EQ(meter.energy(), 36.5);
    EXPECT_EQ(meter.state.last_sure(), 20.5);
}

TEST(EnergyRegister, ARolloverWithinAMonthOfSilenceKeepsItsEnergy) {
    Meter meter;
    meter.run(0, 10, 7, 99'944, 1);  // 6 kWh an hour, up to 99,950
    meter.read({{60 + 30 * 1440, 4'270}});
    EXPECT_DOUBLE_EQ(meter.energy(), 6 + 50 + 4'270);
    EXPECT_EQ(meter.classes(), Classes{rollover});
}

TEST(EnergyRegister, AFallNearTheEndThatItsOwnPaceCanNotExplainIsNoRollover) {
    Meter meter;
    meter.run(0, 10, 7, 99'944, 1);
    meter.read({{120, 4'270}});
    EXPECT_DOUBLE_EQ(meter.energy(), 6);
}

TEST(EnergyRegister, ARolloverIsTakenBackIfTheOldLevelReturns) {
    Meter meter;
    meter.read({{0, 99'990}, {20, 0.003}, {40, 0.006}, {60, 99'991}});
    EXPECT_NEAR(meter.energy(), 1, 1e-9);
    EXPECT_EQ(meter.classes(), (Classes{rollover, glitch}));
    EXPECT_NEAR(meter.corrections[1].energy, -10.006, 1e-9);
    for (const auto& [quarter, amount] : sum_by_quarter(meter.increments))
        EXPECT_GT(amount, -1e-9);
}

TEST(EnergyRegister, ARolloverStartsWithinAThousandthBelowAPowerOfTenFrom100000On) {
    for (const auto& [before, after, energy] :
         {std::tuple{99'900.0, 3.0, 103.0}, std::tuple{99'899.0, 3.0, 0.0}, std::tuple{9'999.0, 3.0, 0.0},
          std::tuple{9'999'990.0, 5.0, 15.0}}) {
        Meter meter;
        meter.read({{0, before}, {60, after}});
        EXPECT_NEAR(meter.energy(), energy, 1e-6) << before;
    }
}

TEST(EnergyRegister, AGlitchAcrossARolloverLosesNothing) {
    Meter dip;
    dip.read({{0, 99'990}, {1, 0}, {5, 0}, {10, 20}, {20, 21}, {30, 22}, {40, 23}});
    EXPECT_DOUBLE_EQ(dip.energy(), 33);
    Meter spike;
    spike.read({{0, 99'990}, {1, 1e21}, {10, 20}, {20, 21}, {30, 1e21}, {40, 23}});
    EXPECT_DOUBLE_EQ(spike.energy(), 33);
    EXPECT_EQ(spike.classes(), (Classes{rollover, glitch, glitch}));
}

TEST(EnergyRegister, BackwardNoiseIsNoResetAndHoldsTheHighestValue) {
    Meter meter;
    meter.read({{0, 5000.2}, {1, 5000.0}, {2, 5000.1}, {3, 5000.2}, {4, 5000.3}});
    EXPECT_NEAR(meter.energy(), 0.1, 1e-9);
    EXPECT_EQ(meter.classes(), Classes{noise});
    EXPECT_TRUE(meter.state.undecided.empty());
}

TEST(EnergyRegister, AFallToAHigherLevelIsASwappedMeter) {
    Meter meter;
    meter.read({{0, 5000}, {10, 300}, {20, 301}, {30, 302}});
    EXPECT_EQ(meter.energy(), 0);
    meter.read({{40, 303}});
    EXPECT_DOUBLE_EQ(meter.energy(), 3);
    ASSERT_EQ(meter.classes(), Classes{replaced});
    EXPECT_EQ(meter.corrections[0], (Correction{minute(10), replaced, 5000, 300, 0}));
}

TEST(EnergyRegister, ARiseNoLoadCouldMakeIsASwappedMeterOnceItGrows) {
    Meter meter;
    meter.read({{0, 5000}, {1, 56'842'220}});
    meter.run(2, 1, 30, 56'842'220.5, 0.5);
    EXPECT_NEAR(meter.energy(), 15, 1e-6);
    EXPECT_EQ(meter.classes(), Classes{replaced});
}

TEST(EnergyRegister, ASwappedMeterSlightlyHigherIsNotTakenForGrowthWhileItWaits) {
    Meter meter;
    meter.run(0, 1, 5, 5000, 0.1);
    meter.run(5, 1, 120, 7000, 0);  // 20 MW would make 2000 kWh in 6 minutes
    EXPECT_NEAR(meter.energy(), 0.4, 1e-9);
    meter.run(125, 10, 3, 7001, 1);
    EXPECT_NEAR(meter.energy(), 3.4, 1e-9);
}

TEST(EnergyRegister, NoLoadIsAboveTwentyMegawattsOrOneAndAHalfTimesTheRatedPower) {
    Meter large;
    large.read({{0, 5000}, {60, 24'900}});
    EXPECT_DOUBLE_EQ(large.energy(), 19'900);
    Meter too_large;
    too_large.read({{0, 5000}, {60, 25'100}});
    EXPECT_EQ(too_large.energy(), 0);
    Meter rated{energy_limits(10)};
    rated.read({{0, 5000}, {60, 5014.9}});
    EXPECT_NEAR(rated.energy(), 14.9, 1e-9);
    Meter above{energy_limits(10)};
    above.read({{0, 5000}, {60, 5016}});
    EXPECT_EQ(above.energy(), 0);
}

TEST(EnergyRegister, SamplesOfOneInstantShareTheGrowthSinceTheLast) {
    Meter meter{energy_limits(10)};
    meter.read({{0, 5000}, {10, 5000.5}, {10, 5001}, {10, 5001.5}, {20, 5002}, {20, 5002}});
    EXPECT_DOUBLE_EQ(meter.energy(), 2);
    EXPECT_TRUE(meter.corrections.empty());
    EXPECT_DOUBLE_EQ(meter.energy_between(0, 15), 1.75);
}

TEST(EnergyRegister, ASpikeDuringADipChangesNothing) {
    Meter back;
    back.read({{0, 5000}, {1, 0}, {2, 1e21}, {3, 0}, {4, 7777}, {5, 0}, {6, 5000.6}});
    EXPECT_NEAR(back.energy(), 0.6, 1e-9);
    Meter reset_in_it;
    reset_in_it.read({{0, 5000}, {1, 0}, {2, 1e21}, {11, 0.5}, {12, 7777}, {21, 1.0}, {22, -5}, {31, 1.5}});
    EXPECT_NEAR(reset_in_it.energy(), 1.5, 1e-9);
    EXPECT_EQ(reset_in_it.classes(), (Classes{glitch, glitch, reset}));
}

TEST(EnergyRegister, AnotherNewLevelBehindAnUndecidedOneIsDecidedOnItsOwn) {
    Meter meter;
    meter.read(
        {{0, 5000}, {1, 0}, {2, 0}, {3, 56'842'220}, {13, 56'842'221}, {23, 56'842'222}, {33, 56'842'223}});
    EXPECT_NEAR(meter.energy(), 3, 1e-6);
    EXPECT_EQ(meter.classes(), (Classes{glitch, replaced}));
}

TEST(EnergyRegister, ADipWhileASwapIsUndecidedLosesNothing) {
    Meter meter;
    meter.read({{0, 5000}, {10, 300}, {15, 301}, {16, 0}, {18, 0}, {20, 302}, {30, 303}});
    EXPECT_DOUBLE_EQ(meter.energy(), 3);
    EXPECT_EQ(meter.classes(), (Classes{glitch, replaced}));
}

TEST(EnergyRegister, APossibleButSuddenRiseIsTakenBackWhenTheOldLevelReturns) {
    Meter meter;
    meter.run(0, 1, 10, 100, 0.1);
    meter.read({{10, 400}});
    EXPECT_NEAR(meter.energy(), 300, 1e-9) << "18 MW is possible: it counts";
    meter.run(11, 1, 10, 101.1, 0.1);
    EXPECT_NEAR(meter.energy(), 2.0, 1e-9);
    EXPECT_EQ(meter.classes(), Classes{glitch});
}

TEST(EnergyRegister, ASpikeRightBehindTheBaselineIsTakenBackToo) {
    Meter meter;
    meter.read({{0, 1000}, {1, 1200}, {2, 1200}, {3, 1000.5}});
    EXPECT_NEAR(meter.energy(), 0.5, 1e-9);
}

TEST(EnergyRegister, AModerateSpikeOnAKnownPaceIsTakenBackToo) {
    for (const double height : {0.8, 1.5, 2.5, 5.0, 20.0, 50.0}) {
        for (const int length : {1, 2, 4}) {
            Meter meter;
            meter.run(0, 10, 7, 1000, 0.5);
            for (int i = 0; i < length; ++i)
                meter.read({{70.0 + i, 1003.5 + height}});
            meter.run(80, 10, 6, 1004, 0.5);
            EXPECT_NEAR(meter.energy(), 6.5, 1e-9) << height << " for " << length << " readings";
        }
    }
}

TEST(EnergyRegister, ASpikeBetweenTwoReadingsCountsNothing) {
    Meter meter;
    meter.run(0, 10, 7, 1000, 0.5);
    meter.read({{61, 1003.9}});
    meter.run(70, 10, 5, 1003.5, 0.5);
    EXPECT_NEAR(meter.energy(), 5.5, 1e-9);
}

TEST(EnergyRegister, AMeterThatForgetsItsLastHourIsASwapNotASpike) {
    Meter meter;
    meter.read({{0, 1000}, {10, 1010}, {20, 1020}, {30, 1000.1}, {40, 1010}, {50, 1020}, {60, 1025}});
    EXPECT_NEAR(meter.energy(), 45, 0.2);
}

TEST(EnergyRegister, AZeroBetweenTwoMetersIsNoStartOfGrowth) {
    Meter meter;
    meter.run(0, 5, 10, 5000, 0.5);
    meter.read({{50, 0}});
    meter.run(55, 5, 10, 1200, 0.5);  // 14 MW would be possible
    EXPECT_NEAR(meter.energy(), 9, 1e-9);
    EXPECT_EQ(meter.classes(), (Classes{glitch, replaced}));
}

TEST(EnergyRegister, AMeterThatStartsAgainSlightlyBelowItsOldValueLosesOnlyThat) {
    Meter meter;
    meter.read({{0, 1500}, {5, 0}, {10, 1499.5}, {15, 1500.5}, {20, 1501}});
    EXPECT_NEAR(meter.energy(), 1, 1e-9);
}

TEST(EnergyRegister, AfterAResetALoadMuchHigherThanBeforeCounts) {
    Meter meter;
    meter.run(0, 10, 6, 5000, 0.1);
    meter.run(60, 10, 6, 0, 5);
    EXPECT_NEAR(meter.energy(), 25.5, 1e-9);
}

TEST(EnergyRegister, AFallOfExactlyTheNoiseIsNoise) {
    for (const double value : {0.5, 100.4, 1000.7, 56'842'220.3}) {
        Meter meter;
        meter.read({{0, value}, {1, value - 0.2}});
        EXPECT_EQ(meter.classes(), Classes{noise}) << value;
    }
}

TEST(EnergyRegister, ASuddenRiseThatLastsCounts) {
    Meter meter;
    meter.run(0, 1, 10, 100, 0.1);
    meter.run(10, 1, 60, 110, 5);
    EXPECT_NEAR(meter.energy(), 110 + 59 * 5 - 100, 1e-9);
    EXPECT_TRUE(meter.corrections.empty());
    EXPECT_FALSE(meter.state.counted);
}

TEST(EnergyRegister, ManyDifferentGlitchValuesKeepTheStateSmall) {
    Meter meter;
    meter.read({{0, 5000}});
    for (int i = 1; i < 200; ++i)
        meter.read({{i * 0.1, 1e6 + i * 7e5}});
    EXPECT_LT(serialize(meter.state).size(), 2000U);
    meter.read({{21, 5000.5}});
    EXPECT_DOUBLE_EQ(meter.energy(), 0.5);
    EXPECT_EQ(meter.corrections.size(), 199U);
}

TEST(EnergyRegister, ARegisterThatOnlyEverShowsZeroIsKnownAsSuch) {
    Meter meter;
    meter.read({{0, 0}, {1, 0}, {2, -0.001}, {3, 1e21}});
    EXPECT_FALSE(meter.state.ever_positive);
    meter.read({{4, 0.5}});
    EXPECT_TRUE(meter.state.ever_positive);
}

TEST(EnergyRegister, AGlitchInARegisterOfZerosIsNoFirstValue) {
    Meter meter;
    meter.read({{0, 0}, {1, 0.003}, {2, 0}, {3, 5000}, {4, 0}, {5, 0}});
    EXPECT_FALSE(meter.state.ever_positive);
    Meter replaced;
    replaced.read({{0, 0}, {10, 5000}, {20, 5001}, {30, 5002}, {40, 5003}});
    EXPECT_TRUE(replaced.state.ever_positive);
}

TEST(EnergyRegister, Co2LimitsFollowTheLoad) {
    EXPECT_DOUBLE_EQ(co2_limits(std::nullopt, 0.87).most_per_hour, 20'000 * 1.74);
    EXPECT_DOUBLE_EQ(co2_limits(10, 0.1).most_per_hour, 15 * 1.5);
}

TEST(EnergyRegisterState, SurvivesItsBytesExactly) {
    Meter meter;
    meter.run(0, 7, 5, 99'990, 0.1);
    meter.read({{40, 0.1}, {41, 0.3}, {50, 7000}, {51, 1e21}, {70, 7001}});
    ASSERT_TRUE(meter.state.counted);
    ASSERT_FALSE(meter.state.undecided.empty());
    const auto bytes = serialize(meter.state);
    const auto again = parse_register_state(bytes);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, meter.state);
    EXPECT_EQ(*parse_register_state(serialize(RegisterState{})), RegisterState{});
}

TEST(EnergyRegisterState, DamagedBytesAreRefused) {
    Meter meter;
    meter.read({{0, 5000}, {1, 0}, {2, 0.5}});
    const auto bytes = serialize(meter.state);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(parse_register_state(std::string_view{bytes}.substr(0, length)).has_value()) << length;
    }
    EXPECT_FALSE(parse_register_state(bytes + '\0').has_value());
    EXPECT_FALSE(parse_register_state("\x7f" + bytes.substr(1)).has_value());
}

TEST(EnergyRegister, IsSettledOnceWhatItShowedBeforeCannotMatter) {
    Meter meter;
    EXPECT_FALSE(is_settled(meter.state));
    meter.read({{0, 0}, {60, 1000}, {120, 1001}});
    EXPECT_FALSE(is_settled(meter.state));  // has grown twice
    meter.read({{180, 1002}});
    EXPECT_TRUE(is_settled(meter.state));
    meter.read({{240, 3}});
    EXPECT_FALSE(is_settled(meter.state));  // a new register, perhaps
    meter.read({{300, 1004}});
    EXPECT_TRUE(is_settled(meter.state));

    Meter slow;
    slow.run(0, 10, 20, 500, 0.01);
    EXPECT_FALSE(is_settled(slow.state));  // noise may have shown more before
    Meter quick;
    quick.run(0, 1, 10, 500, 1);
    EXPECT_FALSE(is_settled(quick.state));  // too soon
}

TEST(EnergyRefold, ALateReadingBehindADipMovesTheEnergyToItsTime) {
    const std::vector<RegisterReading> before{{minute(0), 100}, {minute(60), 160}};
    const std::vector<RegisterReading> all{{minute(0), 100}, {minute(45), 100}, {minute(60), 160}};
    const auto change = refold({}, before, {}, all, {});
    EXPECT_NEAR(change.changes.at(minute(0)), -15, 1e-9);
    EXPECT_NEAR(change.changes.at(minute(45)), 45, 1e-9);
    EXPECT_EQ(change.state, fold({}, all, {}).state);
}

TEST(EnergyRefold, ReplacesOnlyTheCorrectionsThatChanged) {
    const std::vector<RegisterReading> before{
        {minute(0), 100}, {minute(1), 99.9}, {minute(30), 0}, {minute(31), 101}};
    const std::vector<RegisterReading> all{
        {minute(0), 100}, {minute(1), 99.9}, {minute(29), 1e21}, {minute(30), 0}, {minute(31), 101}};
    const auto change = refold({}, before, {}, all, {});
    EXPECT_TRUE(change.withdrawn.empty());
    ASSERT_EQ(change.added.size(), 1U);
    EXPECT_EQ(change.added[0].after, 1e21);
    EXPECT_TRUE(change.changes.empty());
}

}  // namespace
}  // namespace silaware::domain::testing
