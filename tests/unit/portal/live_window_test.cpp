#include "portal/live_window.hpp"

#include <gtest/gtest.h>

namespace silaware::portal {
namespace {

core::Instant at(std::int64_t ms) {
    return core::from_epoch_ms(ms);
}

storage::LiveReading reading(storage::KnownDeviceId device, std::int64_t observed_ms, std::int64_t changed) {
    storage::LiveReading reading;
    reading.device_id = device;
    reading.observed_ms = observed_ms;
    reading.received_ms = observed_ms;
    reading.changed = changed;
    return reading;
}

TEST(LiveWindow, ShowsEachReadingOnce) {
    LiveWindow window;
    EXPECT_EQ(window.take_new({reading(1, 100, 1'000'000), reading(2, 100, 1'000'000)}, at(1'000'100)).size(),
              2u);
    EXPECT_TRUE(
        window.take_new({reading(1, 100, 1'000'000), reading(2, 100, 1'000'000)}, at(1'000'400)).empty());
    const auto fresh =
        window.take_new({reading(2, 100, 1'000'000), reading(1, 200, 1'000'500)}, at(1'000'700));
    ASSERT_EQ(fresh.size(), 1u);
    EXPECT_EQ(fresh[0].device_id, 1u);
}

TEST(LiveWindow, LooksBackForWhatCommittedLate) {
    LiveWindow window;
    EXPECT_EQ(window.since(at(1'000'000)), 998'000);
    window.take_new({reading(1, 100, 1'000'000)}, at(1'000'000));
    EXPECT_LT(window.since(at(1'000'300)), 995'000);
}

TEST(LiveWindow, AStampFromTheFutureHidesNothing) {
    LiveWindow window;
    window.take_new({reading(1, 100, 9'000'000)}, at(1'000'000));
    EXPECT_LT(window.since(at(1'000'300)), 1'000'300);
}

TEST(LiveWindow, BeginsAnewWithTheNextViewer) {
    LiveWindow window;
    window.take_new({reading(1, 100, 1'000'000)}, at(1'000'000));
    window.reset();
    EXPECT_EQ(window.take_new({reading(1, 100, 1'000'000)}, at(1'000'900)).size(), 1u);
}

}  // namespace
}  // namespace silaware::portal
