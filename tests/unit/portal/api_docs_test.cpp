#include "portal/api_docs.hpp"

#include <gtest/gtest.h>

#include "portal/access.hpp"
#include "portal/api_catalogue.hpp"

namespace silaware::portal {
namespace {

std::string named(http::Method method, std::string_view pattern) {
    return std::string(http::name(method)) + " " + std::string(pattern);
}

TEST(ApiDocs, DescribeEveryRouteAndNoOther) {
    std::set<std::string> described;
    for (const Endpoint& endpoint : endpoints()) {
        EXPECT_NE(find_rule(endpoint.method, endpoint.pattern), nullptr)
            << endpoint.pattern << " does not exist";
        EXPECT_TRUE(described.insert(named(endpoint.method, endpoint.pattern)).second) << endpoint.pattern;
        EXPECT_FALSE(endpoint.summary.empty()) << endpoint.pattern;
    }
    for (const Rule& rule : rules()) {
        EXPECT_TRUE(described.contains(named(rule.method, rule.pattern)))
            << named(rule.method, rule.pattern) << " is not described";
    }
}

TEST(ApiDocs, AreOpenApi) {
    const auto document = api_document("1.2.3");
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    const auto& login = document.at("paths").at("/login").at("post").as_object();
    const auto& schema =
        login.at("requestBody").at("content").at("application/json").at("schema").as_object();
    EXPECT_EQ(schema.at("required").as_array().size(), 2u);
    EXPECT_TRUE(login.at("security").as_array().empty());
    const auto& remove = document.at("paths").at("/login/devices/{id}").at("delete").as_object();
    EXPECT_EQ(remove.at("parameters").at(0).at("in").as_string(), "path");
    for (const auto* status : {"200", "401", "403", "404", "409"})
        EXPECT_TRUE(remove.at("responses").as_object().contains(status)) << status;
    const auto& data = document.at("paths").at("/power_monitoring/data").at("get").as_object();
    EXPECT_EQ(data.at("parameters").at(0).at("required").as_bool(), true);
    EXPECT_TRUE(document.at("paths").as_object().contains("/static/{path}"));
}

}  // namespace
}  // namespace silaware::portal
