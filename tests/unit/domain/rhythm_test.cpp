#include "domain/rhythm.hpp"

#include <gtest/gtest.h>

using namespace silaware;
using namespace silaware::domain;
using core::Milliseconds;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const core::Instant seen = core::from_epoch_ms(1'790'000'000'000);

}  // namespace

TEST(Rhythm, TheFirstGapIsTheUsualInterval) {
    EXPECT_EQ(usual_interval(std::nullopt, seconds{5}), Milliseconds{5000});
    EXPECT_EQ(usual_interval(std::nullopt, seconds{0}), std::nullopt);
}

TEST(Rhythm, AnOutageOrABurstHardlyChangesIt) {
    EXPECT_LE(usual_interval(seconds{10}, hours{24}), std::optional<Milliseconds>(seconds{14}));
    EXPECT_GE(usual_interval(seconds{10}, milliseconds{1}), std::optional<Milliseconds>(seconds{9}));
    EXPECT_EQ(usual_interval(seconds{10}, seconds{0}), std::optional<Milliseconds>(seconds{10}));
    EXPECT_EQ(usual_interval(seconds{10}, -seconds{5}), std::optional<Milliseconds>(seconds{10}));
}

TEST(Rhythm, ANewRhythmIsLearned) {
    std::optional<Milliseconds> usual = seconds{5};
    for (int i = 0; i < 60; ++i)
        usual = usual_interval(usual, minutes{1});
    EXPECT_NEAR(static_cast<double>(usual->count()), 60'000, 1000);
    for (int i = 0; i < 60; ++i)
        usual = usual_interval(usual, seconds{5});
    EXPECT_NEAR(static_cast<double>(usual->count()), 5000, 100);
}

TEST(Rhythm, ADeviceIsOnlineForThreeIntervalsAtLeastAMinute) {
    EXPECT_TRUE(is_online(seen, seconds{5}, seen + seconds{60}));
    EXPECT_FALSE(is_online(seen, seconds{5}, seen + seconds{60} + milliseconds{1}));
    EXPECT_TRUE(is_online(seen, minutes{10}, seen + minutes{30}));
    EXPECT_FALSE(is_online(seen, minutes{10}, seen + minutes{31}));
    EXPECT_TRUE(is_online(seen, std::nullopt, seen + seconds{60}));
    EXPECT_TRUE(is_online(seen, seconds{5}, seen - hours{1})) << "clocks differ";
    EXPECT_FALSE(is_online(seen, seconds{5}, seen - hours{1} - milliseconds{1})) << "the clock was ahead";
}

TEST(Rhythm, SilenceIsSixIntervalsAtLeastFiveMinutes) {
    EXPECT_EQ(silent_from(seen, seconds{5}, {}), seen + minutes{5});
    EXPECT_EQ(silent_from(seen, minutes{10}, {}), seen + hours{1});
}

TEST(Rhythm, ARestartAlarmsNobody) {
    const auto restart = seen + hours{48};
    EXPECT_EQ(silent_from(seen, seconds{5}, restart), restart + minutes{5});
}
