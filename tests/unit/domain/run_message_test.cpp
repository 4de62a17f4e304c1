#include "domain/run_message.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace silaware;
using domain::parse_run;
using domain::RunMessage;

namespace {

constexpr std::int64_t now = 1'795'000'000;  // 2026-11-18
const auto received = core::from_epoch_ms(now * 1000);
const auto kept_since = core::from_epoch_ms((now - 120 * 86'400) * 1000);

core::Result<RunMessage> parse(std::string_view start, std::string_view stop,
                               std::string_view cycle_count = "5", std::string_view total_run = "60") {
    return parse_run(
        fmt::format(R"({{"id":"aabbccddeeff","start":{},"stop":{},"cycle_count":{},"total_run":{}}})", start,
                    stop, cycle_count, total_run),
        received, kept_since);
}

std::string reason(const core::Result<RunMessage>& run) {
    EXPECT_FALSE(run);
    return run ? "" : run.error().message;
}

std::string text(std::int64_t number) {
    return std::to_string(number);
}

}  // namespace

TEST(RunMessage, TheSpecsPayloadIsARecord) {
    const auto run = parse(text(now - 60), text(now)).value();
    EXPECT_EQ(run.id.text(), "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(run.start, now - 60);
    EXPECT_EQ(run.stop, now);
    EXPECT_EQ(run.cycle_count, 5);
    EXPECT_EQ(run.total_run, 60);
}

TEST(RunMessage, ThirteenDigitEpochsAreMillisecondsEachOnItsOwn) {
    EXPECT_EQ(parse(text((now - 60) * 1000 + 999), text(now))->start, now - 60);
    EXPECT_EQ(parse(text(now - 60), text(now * 1000 + 1))->stop, now);
    const auto both = parse('"' + text((now - 60) * 1000) + '"', text(now * 1000));
    EXPECT_EQ(both->start, now - 60);
    EXPECT_EQ(both->stop, now);
}

TEST(RunMessage, NumbersSentAsTextAreNumbers) {
    const auto run = parse('"' + text(now - 60) + '"', "\" " + text(now) + " \"", R"("7")", R"("60.0")");
    EXPECT_EQ(run.value(), parse(text(now - 60), text(now), "7", "60").value());
}

TEST(RunMessage, FractionsAreBad) {
    EXPECT_EQ(reason(parse("1794999000.5", text(now))), "\"start\" must be a whole number");
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "5.5")), "\"cycle_count\" must be a whole number");
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "5", R"("0.1")")),
              "\"total_run\" must be a whole number");
    EXPECT_EQ(parse(text(now - 60), text(now), "5.0", "1e2")->total_run, 100);
}

TEST(RunMessage, WhatIsNoNumberIsBad) {
    for (const char* other : {R"("x")", "true", "[5]", "{}", R"("")", R"("nan")", "1e999"}) {
        EXPECT_EQ(reason(parse(text(now - 60), text(now), other)), "\"cycle_count\" must be a number")
            << other;
        EXPECT_EQ(reason(parse(other, text(now))), "\"start\" must be a number") << other;
    }
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "nan")), "\"cycle_count\" is missing");
    EXPECT_EQ(reason(parse(text(now - 60), "null")), "\"stop\" is missing");
}

TEST(RunMessage, EveryFieldMustBeThere) {
    EXPECT_EQ(reason(parse_run("{}", received, kept_since)), "\"id\" is missing");
    EXPECT_EQ(reason(parse_run(R"({"id":"a"})", received, kept_since)), "\"start\" is missing");
    EXPECT_EQ(reason(parse_run(R"({"id":5})", received, kept_since)), "\"id\" must be text");
}

TEST(RunMessage, NegativeValuesAreBad) {
    EXPECT_EQ(reason(parse("-5", text(now))), "\"start\" is negative");
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "-1")), "\"cycle_count\" is negative");
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "1", "-0.5")), "\"total_run\" must be a whole number");
    EXPECT_EQ(parse(text(now - 60), text(now), "0", "-0")->total_run, 0);
}

TEST(RunMessage, StopBeforeStartIsBad) {
    EXPECT_EQ(reason(parse(text(now), text(now - 1))), "\"stop\" lies before \"start\"");
    EXPECT_TRUE(parse(text(now), text(now)));
}

TEST(RunMessage, EpochsBefore2000AreBad) {
    EXPECT_EQ(reason(parse("946684799", text(now))), "\"start\" lies before the year 2000");
    EXPECT_TRUE(parse("946684800", text(now)));
    EXPECT_EQ(reason(parse("0", "0")), "\"start\" lies before the year 2000");
}

TEST(RunMessage, EpochsMoreThanADayAheadAreBad) {
    EXPECT_TRUE(parse(text(now), text(now + 86'400)));
    EXPECT_EQ(reason(parse(text(now), text(now + 86'401))), "\"stop\" lies more than a day in the future");
    EXPECT_EQ(reason(parse(text(now), text((now + 86'400) * 1000 + 1))),
              "\"stop\" lies more than a day in the future");
    EXPECT_EQ(reason(parse(text(now), "17950000000000")), "\"stop\" lies more than a day in the future");
}

TEST(RunMessage, ARecordThatEndedBeforeTheRetentionIsBad) {
    const std::int64_t oldest = core::epoch_ms(kept_since) / 1000;
    EXPECT_TRUE(parse(text(oldest - 100), text(oldest)));
    EXPECT_NE(reason(parse(text(oldest - 100), text(oldest - 1))).find("older than the retention"),
              std::string::npos);
}

TEST(RunMessage, HugeNumbersNeverOverflow) {
    EXPECT_EQ(parse(text(now - 60), text(now), "9007199254740991", "9007199254740991")->total_run,
              9007199254740991);
    for (const char* huge :
         {"9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616",
          "99999999999999999999999999999", "1e300", R"("9223372036854775807")"}) {
        EXPECT_EQ(reason(parse(text(now - 60), text(now), huge)), "\"cycle_count\" is too large") << huge;
        EXPECT_FALSE(parse(huge, huge)) << huge;
    }
    EXPECT_EQ(reason(parse(text(now - 60), text(now), "-9223372036854775808")),
              "\"cycle_count\" is negative");
}
