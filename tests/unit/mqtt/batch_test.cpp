#include "mqtt/batch.hpp"

#include <gtest/gtest.h>

#include "mqtt/backoff.hpp"

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;

Message message(std::string_view topic, std::string_view payload) {
    return {.topic = topic, .payload = payload, .received_at = {}};
}

TEST(Batch, GivesBackCopiesInOrder) {
    Batch batch({});
    for (int i = 0; i < 1000; ++i) {
        const std::string payload = "payload " + std::to_string(i);
        batch.add(message("topic", payload));
    }
    const auto messages = batch.messages();
    ASSERT_EQ(messages.size(), 1000u);
    EXPECT_EQ(messages[0].topic, "topic");
    EXPECT_EQ(messages[999].payload, "payload 999");
    batch.clear();
    EXPECT_TRUE(batch.empty());
    batch.add(message("t", ""));
    EXPECT_EQ(batch.messages()[0].topic, "t");
    EXPECT_EQ(batch.messages()[0].payload, "");
}

TEST(Batch, IsFullByCountBytesOrTime) {
    Batch by_count({.messages = 2, .time = 1h});
    by_count.add(message("t", "x"));
    EXPECT_FALSE(by_count.is_full());
    by_count.add(message("t", "x"));
    EXPECT_TRUE(by_count.is_full());

    Batch by_bytes({.bytes = 10, .time = 1h});
    by_bytes.add(message("t", "12345678"));
    EXPECT_FALSE(by_bytes.is_full());
    by_bytes.add(message("t", ""));
    EXPECT_TRUE(by_bytes.is_full());

    Batch by_time({.time = 20ms});
    EXPECT_FALSE(by_time.is_full());
    by_time.add(message("t", "x"));
    EXPECT_FALSE(by_time.is_full(by_time.started() + 19ms));
    EXPECT_TRUE(by_time.is_full(by_time.started() + 20ms));
}

TEST(Backoff, GrowsToTheLongestWithJitterAndStartsAgain) {
    Backoff backoff(100ms, 1000ms);
    const auto first = backoff.next();
    EXPECT_GE(first, 50ms);
    EXPECT_LE(first, 100ms);
    for (int i = 0; i < 10; ++i)
        backoff.next();
    const auto late = backoff.next();
    EXPECT_GE(late, 500ms);
    EXPECT_LE(late, 1000ms);
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
}

}  // namespace
}  // namespace silaware::mqtt
