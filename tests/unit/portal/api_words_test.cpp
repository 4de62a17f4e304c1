#include "portal/api_words.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace silaware::portal {
namespace {

std::string schema(std::string_view type) {
    return boost::json::serialize(schema_of_type(type));
}

TEST(ApiWords, SayNameTypeAndWhetherTheyMustBeSent) {
    const auto words = words_of("page:integer email! note?  hours:[number] totals:{kwh:number cost:number}?");
    ASSERT_EQ(words.size(), 5u);
    EXPECT_EQ(words[0].name + "|" + words[0].type, "page|integer");
    EXPECT_EQ(words[1].name + "|" + words[1].type, "email|string");
    EXPECT_TRUE(words[1].required);
    EXPECT_EQ(words[2].name + "|" + words[2].type, "note|string?");
    EXPECT_EQ(words[3].name + "|" + words[3].type, "hours|[number]");
    EXPECT_EQ(words[4].name + "|" + words[4].type, "totals|{kwh:number cost:number}?");
    EXPECT_FALSE(words[4].required);
    EXPECT_TRUE(words_of("").empty());
}

TEST(ApiWords, BecomeSchemas) {
    EXPECT_EQ(schema("integer"), R"({"type":"integer"})");
    EXPECT_EQ(schema("date-time?"), R"({"type":["string","null"],"format":"date-time"})");
    EXPECT_EQ(schema("[number?]"), R"({"type":"array","items":{"type":["number","null"]}})");
    EXPECT_EQ(schema("texts?"), R"({"type":["object","null"],"additionalProperties":{"type":"string"}})");
    EXPECT_EQ(schema("[{t kwh:number?}]"),
              R"({"type":"array","items":{"type":"object","properties":{"t":{"type":"string"},)"
              R"("kwh":{"type":["number","null"]}},"required":["t","kwh"]}})");
}

TEST(ApiWords, OfWhatIsSentOnlyTheMarkedMustBeThere) {
    EXPECT_EQ(object_schema("a! b", Presence::as_marked).at("required"), boost::json::array{"a"});
    EXPECT_FALSE(object_schema("a b", Presence::as_marked).contains("required"));
}

}  // namespace
}  // namespace silaware::portal
