#include "domain/climate_message.hpp"

#include <gtest/gtest.h>

using silaware::domain::parse_climate;

namespace {

std::string reason(std::string_view payload) {
    const auto message = parse_climate(payload);
    EXPECT_FALSE(message) << payload;
    return message ? "" : message.error().message;
}

}  // namespace

TEST(ClimateMessage, HasTemperatureAndHumidity) {
    const auto message = parse_climate(R"({"id":"aabb.ccdd.eeff","temperature":25.4,"humidity":61})").value();
    EXPECT_EQ(message.id.text(), "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(message.temperature, 25.4f);
    EXPECT_EQ(message.humidity, 61.f);
}

TEST(ClimateMessage, FollowsTheNumberRulesOfMeterData) {
    const auto message = parse_climate(R"({"id":"room","temperature":" 25.4 ","humidity":nan})").value();
    EXPECT_EQ(message.temperature, 25.4f);
    EXPECT_FALSE(message.humidity);
    EXPECT_EQ(parse_climate(R"({"id":"room","temperature":[-3.5]})")->temperature, -3.5f);
    EXPECT_FALSE(parse_climate(R"({"id":"room","temperature":1e300,"humidity":5})")->temperature);
    EXPECT_FALSE(parse_climate(R"({"id":"room","temperature":true,"humidity":5})")->temperature);
}

TEST(ClimateMessage, BothValuesMissingIsBad) {
    const std::string missing = "neither \"temperature\" nor \"humidity\" is a number";
    EXPECT_EQ(reason(R"({"id":"room"})"), missing);
    EXPECT_EQ(reason(R"({"id":"room","temperature":null,"humidity":"x"})"), missing);
    EXPECT_EQ(reason(R"({"id":"room","temperature":inf,"humidity":[1,2]})"), missing);
}

TEST(ClimateMessage, TheIdMustBeThere) {
    EXPECT_EQ(reason(R"({"uid":"room","temperature":5})"), "\"id\" is missing");
    EXPECT_EQ(reason(R"({"id":7,"temperature":5})"), "\"id\" must be text");
    EXPECT_EQ(reason("[]"), "the payload is not a JSON object");
}
