#include "app/config_line.hpp"

#include <gtest/gtest.h>

namespace silaware::app {
namespace {

std::string value_of(std::string_view line) {
    const auto parsed = parse_config_line(line);
    EXPECT_TRUE(parsed && *parsed) << line;
    return parsed && *parsed ? (*parsed)->value : "";
}

TEST(ConfigLine, NameAndValueStandAroundTheFirstEqualsSign) {
    const auto line = parse_config_line("  db-host = \"192.0.2.1,192.0.2.2\"  # two");
    ASSERT_TRUE(line && *line);
    EXPECT_EQ((*line)->name, "db-host");
    EXPECT_EQ((*line)->value, "192.0.2.1,192.0.2.2");
    EXPECT_EQ(value_of("secret-key=YWJj=="), "YWJj==");
    EXPECT_EQ(value_of("mqtt-port = 8883"), "8883");
    EXPECT_EQ(value_of("db-password ="), "");
}

TEST(ConfigLine, WhatStandsBetweenQuotesIsTakenAsItIs) {
    EXPECT_EQ(value_of("db-password = \"p#s; w\\n$'\" ; a comment"), "p#s; w\\n$'");
    EXPECT_EQ(value_of("db-password = 'a\"b # c'"), "a\"b # c");
    EXPECT_EQ(value_of("db-password = \" blanks \""), " blanks ");
}

TEST(ConfigLine, WithoutQuotesACommentFollowsABlank) {
    EXPECT_EQ(value_of("db-password = p#ss;word # comment"), "p#ss;word");
    EXPECT_EQ(value_of("db-password = # nothing"), "");
}

TEST(ConfigLine, CommentsSectionsAndBlankLinesAreSkipped) {
    for (const auto* line : {"", "   ", "# x = y", "; x = y", "[silaware]", "\r"}) {
        const auto parsed = parse_config_line(line);
        ASSERT_TRUE(parsed) << line;
        EXPECT_FALSE(*parsed) << line;
    }
}

TEST(ConfigLine, OpenQuotesAndLinesWithoutAValueAreErrors) {
    for (const auto* line : {"db-host = \"localhost", "db-host = \"a\" b", "db-host", "= x"}) {
        EXPECT_FALSE(parse_config_line(line)) << line;
    }
}

}  // namespace
}  // namespace silaware::app
