#include "ingest/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace silaware::ingest {
namespace {

class ReadAheadTest : public testing::Test {
  protected:
    std::atomic<int> reads = 0;
    ReadAhead ahead{[this](std::int64_t after) {
        ++reads;
        if (after == 13) throw std::runtime_error("no spool");
        return Portion{.after = after, .messages = {}, .batch = {}};
    }};
};

TEST_F(ReadAheadTest, WhatWasReadAheadIsNotReadAgain) {
    ahead.begin(5);
    EXPECT_TRUE(ahead.has(5));
    EXPECT_FALSE(ahead.has(6));
    EXPECT_EQ(ahead.take(5).after, 5);
    EXPECT_EQ(reads, 1);
    EXPECT_FALSE(ahead.has(5));
}

TEST_F(ReadAheadTest, WhatWasNotReadAheadIsReadNow) {
    EXPECT_EQ(ahead.take(3).after, 3);
    ahead.begin(5);
    EXPECT_EQ(ahead.take(4).after, 4);
    EXPECT_EQ(reads, 3);
    EXPECT_FALSE(ahead.has(5));
}

TEST_F(ReadAheadTest, WhatIsGivenBackIsTakenAgainBeforeWhatComesBehindIt) {
    ahead.begin(5);
    Portion unused = ahead.take(5);
    ahead.begin(7);
    ahead.give_back(std::move(unused));
    EXPECT_TRUE(ahead.has(5));
    EXPECT_TRUE(ahead.has(7));
    EXPECT_EQ(ahead.take(5).after, 5);
    EXPECT_EQ(ahead.take(7).after, 7);
    EXPECT_EQ(reads, 2);
}

TEST_F(ReadAheadTest, AFailureIsThrownToWhoTakesIt) {
    ahead.begin(13);
    EXPECT_THROW(ahead.take(13), std::runtime_error);
    EXPECT_EQ(ahead.take(5).after, 5);
}

}  // namespace
}  // namespace silaware::ingest
