#include <gtest/gtest.h>

#include "http/cookie.hpp"
#include "http/form.hpp"
#include "http/header_text.hpp"
#include "http/json.hpp"
#include "http/multipart.hpp"
#include "http/query.hpp"
#include "http/trusted_proxies.hpp"

namespace silaware::http {
namespace {

TEST(Target, DecodesPathAndQuery) {
    const auto target = parse_target("/login//devices/a%20b/?search=caf%C3%A9+au&page=2&empty=&flag");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/login/devices/a b");
    EXPECT_EQ(target->query.find("search"), "café au");
    EXPECT_EQ(target->query.find("page"), "2");
    EXPECT_EQ(target->query.find("empty"), "");
    EXPECT_EQ(target->query.find("flag"), "");
    EXPECT_EQ(target->query.find("none"), std::nullopt);
}

TEST(Target, TakesTheAbsoluteForm) {
    EXPECT_EQ(parse_target("http://host:80/a?b=c")->path, "/a");
}

TEST(Target, RefusesWhatClimbsOrHides) {
    for (const auto* target : {"/..", "/a/../b", "/%2e%2e/etc/passwd", "/a/%2E/b", "/a%2fb", "/a%5cb",
                               "/a\\b", "/a%00b", "/%0d%0aX: y", "/%zz", "/%4", "/%ff", "relative", "", "*"})
        EXPECT_EQ(bool(parse_target(target)), std::string_view(target).empty()) << target;
}

TEST(Form, RefusesBrokenEscapesNulsAndFloods) {
    EXPECT_FALSE(parse_urlencoded("a=%"));
    EXPECT_FALSE(parse_urlencoded("a=%00"));
    EXPECT_FALSE(parse_urlencoded("a=%c3%28"));
    std::string flood;
    for (int i = 0; i < 1001; ++i)
        flood += "a=1&";
    EXPECT_FALSE(parse_urlencoded(flood));
    EXPECT_EQ(parse_urlencoded("a=1&a=2&&b=x%26y")->all("a").size(), 2U);
}

TEST(PercentEncode, RoundTripsEveryByte) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
    EXPECT_EQ(percent_encode("a b/ü"), "a%20b%2F%C3%BC");
}

TEST(Cookies, AreReadAndMalformedOnesSkipped) {
    const auto cookies = parse_cookies("session=abc; theme=\"dark\" ; broken; =x; bad name=1; last=z");
    EXPECT_EQ(cookies.find("session"), "abc");
    EXPECT_EQ(cookies.find("theme"), "dark");
    EXPECT_EQ(cookies.find("last"), "z");
    EXPECT_EQ(cookies.size(), 3U);
}

TEST(Cookies, AreWrittenSafeByDefault) {
    EXPECT_EQ(format_cookie({.name = "session", .value = "abc"}),
              "session=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    EXPECT_EQ(format_cookie({.name = "session",
                             .value = "",
                             .max_age = std::chrono::seconds(0),
                             .transport = Transport::any,
                             .same_site = SameSite::strict}),
              "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    EXPECT_THROW(format_cookie({.name = "a", .value = "x; Domain=evil"}), std::invalid_argument);
    EXPECT_THROW(format_cookie({.name = "a\r\nb", .value = "x"}), std::invalid_argument);
}

TEST(Multipart, GivesFieldsAndFiles) {
    const std::string body =
        "--xyz\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\ntoken\r\n"
        "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\dir\\\\de;v.csv\"\r\n"
        "Content-Type: text/csv\r\n\r\nmac,location\r\n\r\n--xy\r\n--xyz--\r\n";
    const auto parts = parse_multipart("multipart/form-data; boundary=\"xyz\"", body);
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 2U);
    EXPECT_EQ((*parts)[0].data, "token");
    EXPECT_EQ((*parts)[1].file_name, "de;v.csv");
    EXPECT_EQ((*parts)[1].content_type, "text/csv");
    EXPECT_EQ((*parts)[1].data, "mac,location\r\n\r\n--xy");
}

TEST(Multipart, RefusesWhatIsCutOrNameless) {
    const std::string type = "multipart/form-data; boundary=b";
    for (const auto* body : {"", "--b", "--b\r\n", "--b\r\n\r\nx", "--b\r\n\r\nx\r\n--b--",
                             "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"})
        EXPECT_FALSE(parse_multipart(type, body)) << body;
    EXPECT_FALSE(parse_multipart("multipart/form-data", "--b--"));
    EXPECT_FALSE(parse_multipart("text/plain", "--b--"));
}

TEST(HeaderList, HonoursRefusals) {
    EXPECT_TRUE(list_accepts("deflate, GZIP;q=0.5", "gzip"));
    EXPECT_FALSE(list_accepts("gzip;q=0, br", "gzip"));
    EXPECT_FALSE(list_accepts("xgzip", "gzip"));
}

TEST(Json, WritesPlainShortestNumbers) {
    EXPECT_EQ(
        to_json({{"v", 220.1}, {"big", 1234567.5}, {"n", nullptr}, {"s", "a\"\n"}, {"l", {1, -2, true}}}),
        R"({"v":220.1,"big":1234567.5,"n":null,"s":"a\"\n","l":[1,-2,true]})");
    EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(to_json({100'000.0, 0.00005, 1.8e20, 1.8e30, -0.5}),
              "[100000,0.00005,180000000000000000000,1.8e+30,-0.5]");
}

TEST(Json, RefusesDepthAndRubbish) {
    EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
    EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
    EXPECT_FALSE(parse_json("{} x"));
    EXPECT_FALSE(parse_json(""));
    EXPECT_EQ(parse_json(R"({"a":1,"a":2})")->at("a").as_int64(), 2);
}

TEST(TrustedProxies, FindsTheClientBehindThem) {
    const auto proxies = *TrustedProxies::parse("loopback, unix, 10.0.0.0/8, fd00::/8");
    EXPECT_EQ(proxies.client("127.0.0.1", "6.6.6.6, 203.0.113.7, 10.1.2.3"), "203.0.113.7");
    EXPECT_EQ(proxies.client("unix", "203.0.113.7:4711"), "203.0.113.7");
    EXPECT_EQ(proxies.client("::1", "[2001:db8::1]:80"), "2001:db8::1");
    EXPECT_EQ(proxies.client("198.51.100.1", "1.2.3.4"), "198.51.100.1");
    EXPECT_EQ(proxies.client("127.0.0.1", "::ffff:203.0.113.7"), "203.0.113.7");
    EXPECT_EQ(proxies.client("127.0.0.1", "6.6.6.6, ::FFFF:10.1.2.3"), "6.6.6.6");
    EXPECT_EQ(proxies.client("127.0.0.1", "2001:DB8:0:0::1"), "2001:db8::1");
    EXPECT_EQ(proxies.client("127.0.0.1", "rubbish"), "127.0.0.1");
    EXPECT_EQ(proxies.client("127.0.0.1", ""), "127.0.0.1");
    EXPECT_FALSE(proxies.trusts("11.0.0.1"));
}

TEST(TrustedProxies, NamesTheBadEntry) {
    const auto proxies = TrustedProxies::parse("10.0.0.0/33");
    ASSERT_FALSE(proxies);
    EXPECT_NE(proxies.error().message.find("10.0.0.0/33"), std::string::npos);
    EXPECT_FALSE(TrustedProxies::parse("example.org"));
    EXPECT_FALSE(TrustedProxies::parse("")->trusts("127.0.0.1"));
}

}  // namespace
}  // namespace silaware::http
