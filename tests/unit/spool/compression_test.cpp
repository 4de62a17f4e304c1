#include "spool/compression.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <random>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __has_feature  // clang's
#define __has_feature(feature) 0
#endif

namespace silaware::spool {
namespace {

constexpr std::size_t large = 10'000'000;

enum Outcome { right = 0, wrong = 1, no_memory = 2 };

/// In a process of its own: with `more` bytes of address space beyond what it has, and no free ones in the
/// heap.
Outcome outcome_with_little_memory(std::string_view frame, std::string_view text, rlim_t more) {
    std::string bytes;
    bytes.reserve(text.size());
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t limit = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + more;
    const rlimit few{limit, limit};
    if (::setrlimit(RLIMIT_AS, &few) != 0) return wrong;
    while (std::malloc(4096) != nullptr) {
        if (more >= 1'000'000) break;
    }
    try {
        decompress(frame, large, bytes);
        return bytes == text ? right : wrong;
    } catch (const std::bad_alloc&) {
        return no_memory;
    }
}

std::string unpacked(std::string_view frame, std::size_t largest = large) {
    std::string bytes = "what was there before";
    decompress(frame, largest, bytes);
    return bytes;
}

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
        EXPECT_EQ(unpacked(*frame, text.size()), text);
    }
}

TEST(Compression, GivesBackWhatEndsAtABlock) {
    for (const std::size_t size : {65'535, 65'536, 65'537, 131'071, 131'072, 131'073}) {
        const std::string text(size, 'x');
        EXPECT_EQ(unpacked(compress(text).value()), text);
    }
}

TEST(Compression, LeavesAloneWhatWouldNotGetSmaller) {
    EXPECT_FALSE(compress(""));
    EXPECT_FALSE(compress("a short text"));
    EXPECT_TRUE(compress(std::string(1000, 'x')));
}

/// Some blocks, none like another.
std::string several_blocks() {
    std::string text;
    for (int i = 0; text.size() < 300'000; ++i)
        text += "reading number " + std::to_string(i) + ", ";
    return text;
}

TEST(Compression, GivesNothingThatWasNotThereHoweverItIsDamaged) {
    const std::string small =
        std::string(300, 'x') + "some words that stand here once" + std::string(300, 'y');
    for (const std::string& text : {small, several_blocks()}) {
        const std::string frame = compress(text).value();
        const std::size_t step = 1 + frame.size() / 500;
        for (std::size_t i = 0; i < frame.size(); i += step) {
            EXPECT_TRUE(text.starts_with(unpacked(std::string_view(frame).substr(0, i)))) << i;
            for (const int bit : {1, 16, 128}) {
                std::string damaged = frame;
                damaged[i] = static_cast<char>(damaged[i] ^ bit);
                EXPECT_TRUE(text.starts_with(unpacked(damaged))) << i;
            }
        }
        EXPECT_EQ(unpacked(frame + "x"), text);
        EXPECT_EQ(unpacked(frame, text.size() - 1), "") << "more than is allowed";
    }
}

TEST(Compression, GivesTheBlocksBeforeTheDamage) {
    const std::string text = several_blocks();
    std::string damaged = compress(text).value();
    damaged[damaged.size() / 2] ^= 1;
    const std::size_t kept = unpacked(damaged).size();
    EXPECT_GT(kept, text.size() / 4);
    EXPECT_LT(kept, text.size());
    EXPECT_EQ(unpacked(damaged.substr(0, damaged.size() / 2)).size(), kept);
}

TEST(Compression, NoMemoryIsNoDamage) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer)
    GTEST_SKIP() << "a sanitizer wants all of the address space";
#endif
    const std::string text = several_blocks();
    const std::string frame = compress(text).value();
    // Less and less of the address space, until it is not enough: never less than all of the text.
    int refused = 0;
    for (const rlim_t more :
         {rlim_t{0}, rlim_t{100'000}, rlim_t{300'000}, rlim_t{600'000}, rlim_t{64'000'000}}) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(outcome_with_little_memory(frame, text, more));
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status));
        EXPECT_NE(WEXITSTATUS(status), wrong) << more;
        refused += WEXITSTATUS(status) == no_memory ? 1 : 0;
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, 5);
}

}  // namespace
}  // namespace silaware::spool
