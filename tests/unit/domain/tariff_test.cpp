#include "domain/tariff.hpp"

#include <gtest/gtest.h>

namespace silaware::domain {
namespace {

TEST(Tariff, TheBillIsEnergyTimesRate) {
    EXPECT_DOUBLE_EQ(bill(10, 1444.70), 14447);
}

TEST(Tariff, Co2IsTheMetersOwnWhereItSendsAny) {
    EXPECT_DOUBLE_EQ(co2_kg(100, 61.5, 0.87), 61.5);
    EXPECT_DOUBLE_EQ(co2_kg(100, 0.0, 0.87), 0) << "a meter with CO2, in a period without";
}

TEST(Tariff, Co2OfAMeterThatSendsNoneComesFromItsEnergy) {
    EXPECT_DOUBLE_EQ(co2_kg(100, std::nullopt, 0.87), 87);
}

}  // namespace
}  // namespace silaware::domain
