#include "domain/power_message.hpp"

#include <array>
#include <charconv>
#include <random>

#include <gtest/gtest.h>

#include <fmt/format.h>

using namespace silaware;
using domain::parse_power;
using domain::PowerMessage;
using domain::RelayState;

namespace {

PowerMessage parsed(std::string_view payload) {
    auto message = parse_power(payload);
    EXPECT_TRUE(message) << message.error().message << "\n" << payload.substr(0, 200);
    return message.value();
}

std::string reason(std::string_view payload) {
    const auto message = parse_power(payload);
    EXPECT_FALSE(message) << payload.substr(0, 200);
    return message ? "" : message.error().message;
}

/// A message of one meter with this `meter_data`.
std::string with_data(std::string_view meter_data) {
    return R"({"uid":"AA:BB:CC:DD:EE:FF","meter_data":)" + std::string(meter_data) + "}";
}

/// A message of one sample with these further members.
std::string with(std::string_view members) {
    return R"({"uid":"AA:BB:CC:DD:EE:FF","meter_data":{"voltage":[220]},)" + std::string(members) + "}";
}

constexpr std::string_view spec_payload =
    R"({"uid":"aa-bb-cc-dd-ee-ff","rtc":"23/11/2026 08:15:00","relay_state":"ON","meter_data":{"voltage":[220.1,221],)"
    R"("current":[1.5,1.6],"power":[330.15,353.6],"frequency":[50,49.98],"pf":[0.95,0.96],"energy":[1234.567,1234.568],)"
    R"("co2":[1074.07,1074.08]},"energy_history":[1.2,3,{"date":"2026-11-22","energy":4.5}]})";

}  // namespace

TEST(PowerMessage, TheSpecsPayloadGivesARowPerArrayElement) {
    const PowerMessage message = parsed(spec_payload);
    EXPECT_EQ(message.uid.text(), "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(core::format_local(*message.rtc), "2026-11-23 08:15:00");
    EXPECT_EQ(message.relay_state, RelayState::on);
    EXPECT_EQ(message.energy_history, R"([1.2,3,{"date":"2026-11-22","energy":4.5}])");
    ASSERT_EQ(message.samples.size(), 2u);
    EXPECT_EQ(message.samples[0].voltage, 220.1f);
    EXPECT_EQ(message.samples[0].current, 1.5f);
    EXPECT_EQ(message.samples[0].power, 330.15f);
    EXPECT_EQ(message.samples[0].frequency, 50.f);
    EXPECT_EQ(message.samples[0].pf, 0.95f);
    EXPECT_EQ(message.samples[0].energy, 1234.567);
    EXPECT_EQ(message.samples[0].co2, 1074.07);
    EXPECT_EQ(message.samples[1].voltage, 221.f);
    EXPECT_EQ(message.samples[1].energy, 1234.568);
}

TEST(PowerMessage, RegistersAreTheNearestDouble) {
    for (const char* digits :
         {"1234.567", "56842220.123", "0.1", "999984.3", "1.7976931348623157e308", "5e-324",
          "9007199254740993.5", "123456789012345678901234567890", "1048576.0625", "0.30000000000000004",
          "56842220.000000001234567890123456789"}) {
        const auto message = parsed(with_data(R"({"energy":[)" + std::string(digits) + "]}"));
        EXPECT_EQ(message.samples[0].energy, std::strtod(digits, nullptr)) << digits;
    }
}

TEST(PowerMessage, AScalarIsAnArrayOfOne) {
    const auto message = parsed(with_data(R"({"voltage":220.5,"energy":"12.5"})"));
    ASSERT_EQ(message.samples.size(), 1u);
    EXPECT_EQ(message.samples[0].voltage, 220.5f);
    EXPECT_EQ(message.samples[0].energy, 12.5);
}

TEST(PowerMessage, MissingShortAndNullValuesAreAbsentAndTheRestIsKept) {
    const auto message =
        parsed(with_data(R"({"voltage":[220,221,222],"current":[1],"power":[null,2,null],"pf":null})"));
    ASSERT_EQ(message.samples.size(), 3u);
    EXPECT_EQ(message.samples[2].voltage, 222.f);
    EXPECT_EQ(message.samples[0].current, 1.f);
    EXPECT_FALSE(message.samples[1].current);
    EXPECT_FALSE(message.samples[0].power);
    EXPECT_EQ(message.samples[1].power, 2.f);
    EXPECT_FALSE(message.samples[0].pf);
    EXPECT_FALSE(message.samples[0].energy);
}

TEST(PowerMessage, NumbersSentAsTextAreNumbers) {
    const auto message =
        parsed(with_data(R"({"voltage":["220.1"," 221 ","+5","2e2","x","","0x10","1,5","nan","-inf"]})"));
    const auto& samples = message.samples;
    ASSERT_EQ(samples.size(), 10u);
    EXPECT_EQ(samples[0].voltage, 220.1f);
    EXPECT_EQ(samples[1].voltage, 221.f);
    EXPECT_EQ(samples[2].voltage, 5.f);
    EXPECT_EQ(samples[3].voltage, 200.f);
    for (std::size_t i = 4; i < samples.size(); ++i)
        EXPECT_FALSE(samples[i].voltage) << i;
}

TEST(PowerMessage, NanAndInfTokensAreNullAnywhere) {
    const auto message = parsed(
        R"({"uid":"m","rtc":NaN,"meter_data":{"voltage":[nan,NaN,-inf,Infinity,-Infinity,+INF,-nan,220],"energy":inf},)"
        R"("energy_history":[nan,1,"nan"],"other":{"x":[NAN]}})");
    ASSERT_EQ(message.samples.size(), 8u);
    for (std::size_t i = 0; i < 7; ++i)
        EXPECT_FALSE(message.samples[i].voltage) << i;
    EXPECT_EQ(message.samples[7].voltage, 220.f);
    EXPECT_FALSE(message.samples[0].energy);
    EXPECT_EQ(message.energy_history, R"([null,1,"nan"])");
}

TEST(PowerMessage, TextThatLooksLikeATokenIsLeftAlone) {
    const auto message = parsed(R"({"uid":"a \" nan, inf","meter_data":{"voltage":[nan,1]}})");
    EXPECT_EQ(message.uid.text(), R"(a " nan, inf)");
}

TEST(PowerMessage, OtherBareWordsAreNoJson) {
    EXPECT_TRUE(reason(with_data(R"({"voltage":[nano]})")).find("not JSON") != std::string::npos);
    EXPECT_TRUE(reason(with_data(R"({"voltage":[1nan]})")).find("not JSON") != std::string::npos);
    EXPECT_TRUE(reason(with_data(R"({nan:[1]})")).find("not JSON") != std::string::npos);
}

TEST(PowerMessage, NumbersThatNoDoubleHoldsAreAbsent) {
    const auto message = parsed(with_data(
        R"({"energy":[1e400,-1e400,1e99999999999,1,1e-400,1e-99999999999,0e99999999999,"1e400"],"voltage":[1]})"));
    const auto& samples = message.samples;
    EXPECT_FALSE(samples[0].energy);
    EXPECT_FALSE(samples[1].energy);
    EXPECT_FALSE(samples[2].energy);
    EXPECT_EQ(samples[3].energy, 1.0);
    EXPECT_EQ(samples[4].energy, 0.0);
    EXPECT_EQ(samples[5].energy, 0.0);
    EXPECT_EQ(samples[6].energy, 0.0);
    EXPECT_FALSE(samples[7].energy);
}

TEST(PowerMessage, NumbersBeyondFloatAreAbsentInFloatColumnsOnly) {
    const auto message = parsed(with_data(R"({"voltage":[1e300,-1e39,3.4e38],"energy":[1e300]})"));
    EXPECT_FALSE(message.samples[0].voltage);
    EXPECT_FALSE(message.samples[1].voltage);
    EXPECT_EQ(message.samples[2].voltage, 3.4e38f);
    EXPECT_EQ(message.samples[0].energy, 1e300);
}

TEST(PowerMessage, WhatIsNoNumberIsAbsent) {
    const auto message = parsed(with_data(R"({"voltage":[true,{"a":1},[2],220]})"));
    ASSERT_EQ(message.samples.size(), 4u);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_FALSE(message.samples[i].voltage);
    EXPECT_EQ(message.samples[3].voltage, 220.f);
}

TEST(PowerMessage, NoSampleAtAllIsBad) {
    for (const char* data : {"{}", R"({"voltage":[]})", R"({"voltage":[],"energy":[]})", R"({"unknown":[1]})",
                             R"({"voltage":null,"power":null})", R"({"voltage":nan})"}) {
        EXPECT_EQ(reason(with_data(data)), "\"meter_data\" holds no sample") << data;
    }
}

TEST(PowerMessage, MeterDataMustBeAnObject) {
    EXPECT_EQ(reason(R"({"uid":"m"})"), "\"meter_data\" is missing");
    EXPECT_EQ(reason(with_data("null")), "\"meter_data\" is missing");
    EXPECT_EQ(reason(with_data("[1,2]")), "\"meter_data\" must be an object");
    EXPECT_EQ(reason(with_data("\"x\"")), "\"meter_data\" must be an object");
    EXPECT_EQ(reason(with_data("5")), "\"meter_data\" must be an object");
}

TEST(PowerMessage, RelayStateKnowsTheCommonForms) {
    const auto relay = [](std::string_view value) {
        return parsed(with(R"("relay_state":)" + std::string(value))).relay_state;
    };
    for (const char* on : {R"("ON")", R"("on")", R"("On")", R"(" on ")", "1", "1.0", "true", R"("1")",
                           R"("true")", R"("TRUE")"}) {
        EXPECT_EQ(relay(on), RelayState::on) << on;
    }
    for (const char* off : {R"("OFF")", R"("off")", "0", "false", R"("0")", R"("False")"}) {
        EXPECT_EQ(relay(off), RelayState::off) << off;
    }
    for (const char* neither : {"null", "2", "-1", R"("")", R"("yes")", "[1]", "{}", "nan"}) {
        EXPECT_FALSE(relay(neither)) << neither;
    }
    EXPECT_FALSE(parsed(with_data("{\"voltage\":1}")).relay_state);
    EXPECT_EQ(domain::name(RelayState::on), "ON");
    EXPECT_EQ(domain::name(RelayState::off), "OFF");
}

TEST(PowerMessage, TheClockIsKeptWhenItParses) {
    const auto clock = [](std::string_view value) -> std::string {
        const auto rtc = parsed(with(R"("rtc":)" + std::string(value))).rtc;
        return rtc ? core::format_local(*rtc) : "none";
    };
    EXPECT_EQ(clock(R"("02/03/2026 04:05:06")"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock(R"("2/3/2026 4:5:6")"), "2026-03-02 04:05:06");
    EXPECT_EQ(clock(R"("2026-03-02 04:05:06")"), "2026-03-02 04:05:06");
    for (const char* bad : {R"("31/02/2026 00:00:00")", R"("165/165/2165 45:85:85")", R"("")", "null", "5",
                            "[]", R"("12/31/2026 00:00:00")", R"("02/03/2026")"}) {
        EXPECT_EQ(clock(bad), "none") << bad;
    }
}

TEST(PowerMessage, EnergyHistoryIsKeptOnlyAsAnArray) {
    const auto history = [](std::string_view value) {
        return parsed(with(R"("energy_history":)" + std::string(value))).energy_history;
    };
    EXPECT_EQ(history("[]"), "[]");
    EXPECT_EQ(history(R"([ 0.1, 1e3, -0.0, "ü\n", {"a":[true,null]} ])"),
              R"([0.1,1000,0,"ü\n",{"a":[true,null]}])");
    EXPECT_EQ(history("[1e999]"), "[null]");
    for (const char* other : {"null", "5", R"("x")", R"({"a":1})"})
        EXPECT_FALSE(history(other)) << other;
}

TEST(PowerMessage, AnEnergyHistoryThatFitsNoTextColumnIsAbsent) {
    std::string history = "[1e5";
    for (int i = 1; i < 15'000; ++i)
        history += ",1e5";
    const auto message = parsed(with(R"("energy_history":)" + history + "]"));
    EXPECT_FALSE(message.energy_history);
    EXPECT_EQ(message.samples.size(), 1u);
}

TEST(PowerMessage, SamplesThatEachRepeatALongHistoryTakeFourMebibytesAtMost) {
    const auto text = [](std::size_t samples, std::size_t history) {
        std::string voltages, values;
        for (std::size_t i = 0; i < samples; ++i)
            voltages += i == 0 ? "1" : ",1";
        for (std::size_t i = 0; i < history; ++i)
            values += i == 0 ? "1" : ",1";
        return fmt::format(R"({{"uid":"m","meter_data":{{"voltage":[{}]}},"energy_history":[{}]}})", voltages,
                           values);
    };
    // A history of n digits takes 2 n + 1 bytes.
    EXPECT_EQ(parsed(text(4096, 511)).samples.size(), 4096u);
    const auto refused = domain::parse_power(text(16'000, 16'000));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "the rows would take more than 4 MiB: 16000 samples, each with the \"energy_history\" of 32001 "
              "bytes");
    // Without a history there is nothing to repeat.
    EXPECT_EQ(parsed(text(32'000, 0)).samples.size(), 32'000u);
}

TEST(PowerMessage, OfAKeyGivenTwiceTheLastCounts) {
    const auto message = parsed(
        R"({"uid":"first","uid":"second","meter_data":{"voltage":[1]},"meter_data":{"voltage":[2],"voltage":[3,4]}})");
    EXPECT_EQ(message.uid.text(), "second");
    ASSERT_EQ(message.samples.size(), 2u);
    EXPECT_EQ(message.samples[0].voltage, 3.f);
}

TEST(PowerMessage, ByteOrderMarkBlanksAndNulsAtTheEndsAreSkipped) {
    using namespace std::string_literals;
    const std::string body = with_data("{\"voltage\":1}");
    EXPECT_EQ(parsed("\xEF\xBB\xBF"s + body).samples.size(), 1u);
    EXPECT_EQ(parsed("\0\0 \r\n"s + body + "\0\n \0"s).samples.size(), 1u);
    EXPECT_EQ(parsed(" \xEF\xBB\xBF\t"s + body + "\r\n"s).samples.size(), 1u);
}

TEST(PowerMessage, UnknownFieldsAreIgnored) {
    EXPECT_EQ(parsed(with(R"("firmware":"1.2","meter":{"a":[1]})")).samples.size(), 1u);
}

TEST(PowerMessage, TheIdMustBePrintableText) {
    const auto id = [](std::string_view value) {
        return R"({"uid":)" + std::string(value) + R"(,"meter_data":{"voltage":1}})";
    };
    EXPECT_EQ(reason(R"({"meter_data":{"voltage":1}})"), "\"uid\" is missing");
    EXPECT_EQ(reason(id("null")), "\"uid\" is missing");
    for (const char* other : {"5", "true", "[\"a\"]", "{}"})
        EXPECT_EQ(reason(id(other)), "\"uid\" must be text") << other;
    EXPECT_EQ(reason(id(R"("")")), "\"uid\": the device id is empty");
    EXPECT_EQ(reason(id(R"("  ")")), "\"uid\": the device id is empty");
    EXPECT_NE(reason(id(R"("a\u0000b")")), "");
    EXPECT_NE(reason(id('"' + std::string(65, 'a') + '"')), "");
    EXPECT_EQ(parsed(id('"' + std::string(64, 'a') + '"')).uid.text().size(), 64u);
    EXPECT_EQ(parsed(id(R"(" Panel 3 ")")).uid.text(), "Panel 3");
}

TEST(PowerMessage, SixtyFourKibibytesAreTheLimit) {
    std::string payload = with_data("{\"voltage\":1}");
    payload.resize(64 * 1024, ' ');
    EXPECT_EQ(parsed(payload).samples.size(), 1u);
    payload += ' ';
    EXPECT_EQ(reason(payload), "the payload is longer than 64 KiB");
}

TEST(PowerMessage, EightLevelsAreTheLimit) {
    const auto nested = [](int inner) {  // the outer object is level 1
        return with(R"("deep":)" + std::string(static_cast<std::size_t>(inner), '[') +
                    std::string(static_cast<std::size_t>(inner), ']'));
    };
    EXPECT_EQ(parsed(nested(7)).samples.size(), 1u);
    EXPECT_EQ(reason(nested(8)), "the payload is nested deeper than 8 levels");
    EXPECT_EQ(reason(std::string(30000, '[')), "the payload is nested deeper than 8 levels");
    EXPECT_EQ(reason(std::string("[nan,") + std::string(30000, '[')),
              "the payload is nested deeper than 8 levels");
}

TEST(PowerMessage, WhatIsNoJsonObjectIsBad) {
    using namespace std::string_literals;
    EXPECT_EQ(reason(""), "the payload is empty");
    EXPECT_EQ(reason(" \0"s), "the payload is empty");
    EXPECT_EQ(reason("hello"), "the payload is not JSON: syntax error at byte 1");
    EXPECT_EQ(reason(with_data("{\"voltage\":[1]}").substr(0, 30)),
              "the payload is not JSON: it ends too early");
    EXPECT_NE(reason(with_data("{\"voltage\":[1,]}")), "");
    EXPECT_NE(reason(with_data("{\"voltage\":[1]}") + "x"), "");
    EXPECT_NE(reason(with_data("{\"voltage\":[1]}") + "{}"), "");
    EXPECT_NE(reason("// comment\n" + with_data("{\"voltage\":[1]}")), "");
    for (const char* other : {"[]", "null", "5", "\"text\"", "NaN", "true"}) {
        EXPECT_EQ(reason(other), "the payload is not a JSON object") << other;
    }
}

TEST(PowerMessage, WhatIsNotUtf8IsBad) {
    EXPECT_EQ(reason(with("\"note\":\"\xC3\x28\"")), "the payload is not UTF-8 text");
    EXPECT_EQ(reason(with("\"note\":\"\xED\xA0\x80\"")), "the payload is not UTF-8 text");
    EXPECT_EQ(reason("\xFF\xFE{\0}\0"), "the payload is not UTF-8 text");
    EXPECT_EQ(parsed(with("\"note\":\"üß€😀\"")).samples.size(), 1u);
}

TEST(PowerMessage, ManySamplesFit) {
    std::string values = "1";
    for (int i = 0; i < 30000; ++i)
        values += ",1";
    EXPECT_EQ(parsed(with_data("{\"voltage\":[" + values + "]}")).samples.size(), 30001u);
}

TEST(PowerMessage, EveryNumberIsTheNearestDoubleAndItsTextTheShortest) {
    std::mt19937_64 random(7);
    std::vector<std::string> numbers = {"0.0",
                                        "-0.0",
                                        "0.001",
                                        "-0.001",
                                        "0.0005",
                                        "99999.999",
                                        "99999.9995",
                                        "100000.0",
                                        "1e-3",
                                        "12.1e0",
                                        "0.1e1",
                                        "4.35",
                                        "2.675",
                                        "1.005",
                                        "0.30000000000000004",
                                        "123456789012.345",
                                        "1234567890123.45",
                                        "9007199254740993.0",
                                        "1.7976931348623157e308",
                                        "4.9e-324",
                                        "5e-324"};
    for (int i = 0; i < 20'000; ++i) {
        const auto digits = static_cast<int>(random() % 17);
        const auto whole = random() % (std::uint64_t{1} << (random() % 40));
        std::string fraction = std::to_string(random() % 10);
        for (int digit = 0; digit < digits; ++digit)
            fraction += static_cast<char>('0' + random() % 10);
        numbers.push_back(fmt::format("{}{}.{}", random() % 4 == 0 ? "-" : "", whole, fraction));
        numbers.push_back(fmt::format("{}.{}", whole % 1000, std::stoi(fraction.substr(0, 3))));
    }
    for (const std::string& number : numbers) {
        double nearest = 0;
        std::from_chars(number.data(), number.data() + number.size(), nearest);
        const auto message =
            parsed(with(R"("energy_history":[)" + number + R"(],"meter_data":{"energy":)" + number + "}"));
        EXPECT_EQ(message.samples.front().energy, nearest) << number;
        std::array<char, 32> shortest;
        const auto end = std::to_chars(shortest.begin(), shortest.end(), nearest + 0.0).ptr;
        EXPECT_EQ(message.energy_history, fmt::format("[{}]", std::string_view(shortest.begin(), end)))
            << number;
    }
}
