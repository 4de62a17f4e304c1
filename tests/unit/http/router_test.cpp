#include <gtest/gtest.h>

#include "http/router.hpp"
#include "loopback.hpp"

namespace silaware::http {
namespace {

Router sample() {
    Router router;
    for (const auto* pattern :
         {"/", "/login/devices", "/login/devices/{id}", "/login/devices/json", "/static/{path*}"})
        router.add(Method::get, pattern, Access{1}, test::says(pattern));
    router.add(Method::put, "/login/devices/{id}", Access{2}, test::says("put"));
    return router;
}

TEST(Router, PrefersTheMostLiteralPattern) {
    const auto router = sample();
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/login/devices/json")).route->pattern,
              "/login/devices/json");
    const auto match = std::get<Match>(router.find(Method::get, "/login/devices/42"));
    EXPECT_EQ(match.route->pattern, "/login/devices/{id}");
    EXPECT_EQ(match.path_params.find("id"), "42");
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/")).route->pattern, "/");
}

TEST(Router, TailTakesTheRest) {
    const auto router = sample();
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/static/css/a/b.css")).path_params.find("path"),
              "css/a/b.css");
    EXPECT_TRUE(std::holds_alternative<NoSuchPath>(router.find(Method::get, "/static")));
}

TEST(Router, TellsAWrongMethodFromAWrongPath) {
    const auto router = sample();
    EXPECT_TRUE(std::holds_alternative<NoSuchPath>(router.find(Method::get, "/nothing")));
    EXPECT_EQ(std::get<WrongMethod>(router.find(Method::del, "/login/devices/1")).allow,
              "GET, HEAD, PUT, OPTIONS");
    EXPECT_TRUE(std::holds_alternative<Match>(router.find(Method::head, "/login/devices")));
    EXPECT_TRUE(std::holds_alternative<WrongMethod>(router.find(Method::post, "/")));
}

TEST(Router, RefusesMalformedAndDoublePatterns) {
    auto router = sample();
    for (const auto* pattern : {"", "x", "/x/", "/a//b", "/a/{}", "/a/{b*}/c", "/a{b}", "/login/devices"})
        EXPECT_THROW(router.add(Method::get, pattern, Access{}, test::says("")), std::logic_error) << pattern;
}

}  // namespace
}  // namespace silaware::http
