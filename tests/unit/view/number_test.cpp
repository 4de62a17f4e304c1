#include "view/number.hpp"

#include <gtest/gtest.h>

namespace silaware::view {
namespace {

TEST(FormatNumber, GroupsThousandsAsTheLanguageDoes) {
    EXPECT_EQ(format_number(1234567.891, 2, "en"), "1,234,567.89");
    EXPECT_EQ(format_number(1234567.891, 2, "id"), "1.234.567,89");
    EXPECT_EQ(format_number(999, 0, "en"), "999");
    EXPECT_EQ(format_number(1000, 0, "id"), "1.000");
}

TEST(FormatNumber, KeepsTheSignButNotOfZero) {
    EXPECT_EQ(format_number(-12.5, 1, "en"), "-12.5");
    EXPECT_EQ(format_number(-0.001, 1, "en"), "0.0");
}

}  // namespace
}  // namespace silaware::view
