#include "core/text.hpp"

#include <limits>

#include <gtest/gtest.h>

using namespace silaware::core;
using namespace std::string_literals;

TEST(Text, TrimTakesBlanksFromBothEnds) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim("  "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Text, LowerTouchesAsciiLettersOnly) {
    EXPECT_EQ(lower_ascii("AbZ[\xC3\x9C]1"), "abz[\xC3\x9C]1");
}

TEST(Text, WellFormedUtf8IsRecognised) {
    for (const char* good :
         {"", "plain ascii, longer than eight bytes", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
          "12345678\xC3\xBC", "1234567\xC3\xBC 12345678", "\xF4\x8F\xBF\xBF", "\xEE\x80\x80"}) {
        EXPECT_TRUE(is_utf8(good)) << good;
    }
    EXPECT_TRUE(is_utf8("a\0b"s));
}

TEST(Text, MalformedUtf8IsRecognised) {
    for (const char* bad : {"\x80", "\xC3", "\xC3(", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE2\x82",
                            "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
                            "\xFE", "\xFF", "12345678\xFF", "1234567\xC3"}) {
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
}

TEST(Text, MalformedBytesAreReplaced) {
    EXPECT_EQ(to_utf8("a\xFF\xC3\xBC\xC3"), "a\xEF\xBF\xBD\xC3\xBC\xEF\xBF\xBD");
    EXPECT_TRUE(is_utf8(to_utf8("\xF0\x9F\x98\xED\xA0\x80\xC0")));
}

TEST(Text, CodePointsAreCounted) {
    EXPECT_EQ(code_points(""), 0u);
    EXPECT_EQ(code_points("a\xC3\xBC\xF0\x9F\x98\x80"), 3u);
}

TEST(Text, TruncationNeverCutsACodePoint) {
    EXPECT_EQ(truncate_utf8("abc", 3), "abc");
    EXPECT_EQ(truncate_utf8("abc", 2), "ab");
    EXPECT_EQ(truncate_utf8("a\xF0\x9F\x98\x80", 4), "a");
    EXPECT_EQ(truncate_utf8("a\xF0\x9F\x98\x80", 5), "a\xF0\x9F\x98\x80");
    EXPECT_EQ(truncate_utf8("\xC3\xBC", 1), "");
}

TEST(Text, ControlCharactersAreNotPrintable) {
    EXPECT_TRUE(is_printable("Ruang 3 \xC3\xBC \xE2\x82\xAC"));
    for (const std::string& bad : {"\n"s, "\0"s, "\x1B"s, "\x7F"s, "\xC2\x80"s, "\xC2\x9F"s, "\xFF"s}) {
        EXPECT_FALSE(is_printable("a" + bad));
    }
    EXPECT_TRUE(is_printable("\xC2\xA0"));
}

TEST(Text, NumbersAreWholeFiniteDecimals) {
    EXPECT_EQ(parse_number("220.1"), 220.1);
    EXPECT_EQ(parse_number(" -1e3\n"), -1000.0);
    EXPECT_EQ(parse_number("+5"), 5.0);
    EXPECT_EQ(parse_number(".5"), 0.5);
    for (const char* bad : {"", " ", "+", "-", "+-5", "x", "5x", "5 5", "1,5", "0x10", "nan", "inf",
                            "-Infinity", "1e999", "1e", "--5"}) {
        EXPECT_FALSE(parse_number(bad)) << bad;
    }
}

TEST(Text, IntegersAreWholeAndInRange) {
    EXPECT_EQ(parse_integer(" 42 "), 42);
    EXPECT_EQ(parse_integer("+7"), 7);
    EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<long long>::min());
    for (const char* bad : {"", "+", "-", "4.0", "9223372036854775808", "0x1", "1e3", "+-1"}) {
        EXPECT_FALSE(parse_integer(bad)) << bad;
    }
}

TEST(Text, FloatsAreShownAsTheShortestDecimalThatReadsBack) {
    EXPECT_EQ(shortest(220.1f), "220.1");
    EXPECT_EQ(shortest(50.f), "50");
    EXPECT_EQ(shortest(100'000.f), "100000");
    EXPECT_EQ(shortest(0.1f), "0.1");
    EXPECT_EQ(shortest(-0.95f), "-0.95");
    EXPECT_EQ(widen(220.1f), 220.1);
    EXPECT_EQ(widen(49.98f), 49.98);
    EXPECT_EQ(widen(std::numeric_limits<float>::max()), 3.4028235e38);
}
