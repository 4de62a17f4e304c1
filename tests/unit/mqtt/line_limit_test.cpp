#include "mqtt/line_limit.hpp"

#include <gtest/gtest.h>

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;

constexpr LineLimit::Time start{1h};

TEST(LineLimit, PermitsSoManyLinesAMinute) {
    LineLimit limit(2);
    EXPECT_TRUE(limit.permits(start));
    EXPECT_TRUE(limit.permits(start + 30s));
    EXPECT_FALSE(limit.permits(start + 59s));
    EXPECT_TRUE(limit.permits(start + 60s));
}

TEST(LineLimit, SumsUpAMinuteInWhichLinesWereHeldBack) {
    LineLimit limit(2);
    for (int second = 0; second < 12; ++second)
        (void)limit.permits(start + second * 1s);
    EXPECT_EQ(limit.sum_up(start + 59s), 0);
    EXPECT_EQ(limit.sum_up(start + 60s), 12);
    EXPECT_EQ(limit.sum_up(start + 60s), 0);
    EXPECT_TRUE(limit.permits(start + 61s));
    EXPECT_EQ(limit.sum_up(start + 10min), 0) << "nothing was held back";
}

TEST(RepetitionLimit, PermitsTheSameTextOnceAMinute) {
    RepetitionLimit limit;
    EXPECT_TRUE(limit.permits("a", start));
    EXPECT_TRUE(limit.permits("b", start + 1s));
    EXPECT_FALSE(limit.permits("a", start + 59s));
    EXPECT_TRUE(limit.permits("a", start + 60s));
}

}  // namespace
}  // namespace silaware::mqtt
