#include "core/clock.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace silaware::core {
namespace {

using namespace std::chrono_literals;

TEST(Pause, LastsUntilItsTimeOrTheStop) {
    std::stop_source stop;
    EXPECT_TRUE(pause(stop.get_token(), 1ms));
    const std::jthread stopping([&] { stop.request_stop(); });
    EXPECT_FALSE(pause(stop.get_token(), 1h));
    EXPECT_FALSE(pause(stop.get_token(), 1h));
}

}  // namespace
}  // namespace silaware::core
