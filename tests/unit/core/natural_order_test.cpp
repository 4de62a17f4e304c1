#include "core/natural_order.hpp"

#include <gtest/gtest.h>

namespace silaware::core {
namespace {

TEST(NaturalOrder, NumbersCountByTheirValue) {
    EXPECT_LT(compare_naturally("Pump 2", "Pump 10"), 0);
    EXPECT_GT(compare_naturally("Pump 10", "Pump 9b"), 0);
    EXPECT_LT(compare_naturally("R1-9", "R1-10"), 0);
    EXPECT_LT(compare_naturally("99999999999999999999998", "99999999999999999999999"), 0);
    EXPECT_EQ(compare_naturally("Pump 007", "pump 7"), 0);
}

TEST(NaturalOrder, CaseCountsNothingAndTheShorterComesFirst) {
    EXPECT_LT(compare_naturally("alpha", "Beta"), 0);
    EXPECT_LT(compare_naturally("Boiler", "Boiler room"), 0);
    EXPECT_EQ(compare_naturally("CHILLER", "chiller"), 0);
    EXPECT_LT(compare_naturally("", "a"), 0);
    EXPECT_LT(compare_naturally("0", "00a"), 0);
}

}  // namespace
}  // namespace silaware::core
