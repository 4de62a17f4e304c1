#include "spool/compression.hpp"

#include <gtest/gtest.h>

#include <random>

namespace silaware::spool {
namespace {

constexpr std::size_t large = 10'000'000;

TEST(Compression, GivesBackEveryByteOfAnyText) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        const std::size_t size = random() % (round < 290 ? 3000 : 3'000'000);
        const unsigned letters = 1 + random() % 256;
        while (text.size() < size)
            text += static_cast<char>(random() % letters);
        const auto frame = compress(text);
        if (!frame) continue;
        EXPECT_LT(frame->size(), text.size());
        std::string again = "what was there before";
        ASSERT_TRUE(decompress(*frame, text.size(), again));
        EXPECT_EQ(again, text);
    }
}

TEST(Compression, LeavesAloneWhatWouldNotGetSmaller) {
    EXPECT_FALSE(compress(""));
    EXPECT_FALSE(compress("a short text"));
    EXPECT_TRUE(compress(std::string(1000, 'x')));
}

TEST(Compression, NoticesEveryDamage) {
    const std::string text =
        std::string(300, 'x') + "some words that stand here once" + std::string(300, 'y');
    const std::string frame = compress(text).value();
    std::string bytes;
    for (std::size_t i = 0; i < frame.size(); ++i) {
        EXPECT_FALSE(decompress(std::string_view(frame).substr(0, i), large, bytes)) << i;
        for (const int bit : {1, 16, 128}) {
            std::string damaged = frame;
            damaged[i] = static_cast<char>(damaged[i] ^ bit);
            if (decompress(damaged, large, bytes)) EXPECT_EQ(bytes, text) << i;
        }
    }
    EXPECT_FALSE(decompress(frame + "x", large, bytes));
    EXPECT_FALSE(decompress(frame, text.size() - 1, bytes)) << "more than is allowed";
}

}  // namespace
}  // namespace silaware::spool
