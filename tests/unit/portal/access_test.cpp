#include "portal/access.hpp"

#include <gtest/gtest.h>

#include <set>

#include "portal/device_csv.hpp"

namespace silaware::portal {
namespace {

TEST(SafeNext, StaysOnThisPortal) {
    EXPECT_EQ(safe_next("/login/report?mac=AA:BB&from=2026-01-01"),
              "/login/report?mac=AA:BB&from=2026-01-01");
    EXPECT_EQ(safe_next("/"), "/");
    EXPECT_EQ(safe_next("/a b\xC3\xA4"), "/a%20b%C3%A4");
    for (const auto* bad : {"", "login", "//evil.example.com", "/\\evil.example.com", "\\\\evil",
                            "https://evil.example.com", "javascript:alert(1)", "/\t/evil.example.com",
                            "/a\r\nSet-Cookie: x=y", "/login", "/login?next=/x", "/logout", "/\x01", " /x"})
        EXPECT_EQ(safe_next(bad), "/login/summary") << bad;
    EXPECT_EQ(safe_next("/" + std::string(5000, 'x')), "/login/summary");
}

TEST(Rules, NameEachRouteOnce) {
    std::set<std::string> seen;
    for (const Rule& rule : rules()) {
        EXPECT_TRUE(seen.insert(std::string(http::name(rule.method)) + std::string(rule.pattern)).second)
            << rule.pattern;
        EXPECT_EQ(find_rule(rule.method, rule.pattern), &rule);
    }
    EXPECT_EQ(find_rule(http::Method::post, "/nowhere"), nullptr);
}

TEST(Rules, LeaveNoChangeToPeopleWhoOnlyLook) {
    for (const Rule& rule : rules()) {
        if (rule.method == http::Method::get || rule.kind == Kind::plain_form) continue;
        const bool own = rule.pattern.starts_with("/login/profile/") || rule.pattern == "/logout";
        EXPECT_TRUE(own || rule.needs == Needs::admin) << rule.pattern;
    }
}

TEST(DeviceCsv, ReadsWhatSpreadsheetsWrite) {
    const auto devices = devices_from_csv(
        "\xEF\xBB\xBFLocation;MAC_ADDRESS;Unknown\r\n\"Roof; \"\"east\"\"\nwing\";aabbccddeeff;1\r\n;;\r\n",
        {});
    ASSERT_FALSE(devices);  // a line break in a location
    const auto good =
        devices_from_csv("mac_address,location,note\r\naabbccddeeff,\"a \"\"b\"\", c\",x\r\n\r\n", {});
    ASSERT_TRUE(good) << good.error().message;
    ASSERT_EQ(good->size(), 1u);
    EXPECT_EQ(good->at(0).id.text(), "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(good->at(0).details.location, "a \"b\", c");
}

TEST(DeviceCsv, AColumnThatIsMissingChangesNothing) {
    storage::Device known{.mac_address = "AA:BB:CC:DD:EE:FF", .location = "Roof", .rated_power_w = 7500};
    known.group_name = "HVAC";
    known.is_submeter = true;
    const auto devices =
        devices_from_csv("mac_address,location,rated_power_w\naabb.ccdd.eeff,Cellar,\npump,,\n", {known});
    ASSERT_TRUE(devices) << devices.error().message;
    const auto& details = devices->at(0).details;
    EXPECT_EQ(details.location, "Cellar");
    EXPECT_EQ(details.group_name, "HVAC");
    EXPECT_TRUE(details.is_submeter);
    EXPECT_FALSE(details.rated_power_w) << "an empty cell says that there is none";
    EXPECT_FALSE(devices->at(1).details.is_submeter);
}

TEST(DeviceCsv, SubMetersComeBackAsTheyWentOut) {
    storage::Device known{.mac_address = "AA:BB:CC:DD:EE:FF"};
    known.is_submeter = true;
    const auto again = devices_from_csv(devices_to_csv({known}), {});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->at(0).details.is_submeter);
    EXPECT_FALSE(devices_from_csv("mac_address,submeter\naabbccddeeff,maybe\n", {}));
}

TEST(DeviceCsv, AnUnendedQuoteIsNoEndlessLoop) {
    EXPECT_TRUE(devices_from_csv("mac_address\n\"", {})->empty());
    EXPECT_FALSE(devices_from_csv("", {}));
    EXPECT_FALSE(devices_from_csv("\"\"\"\"\"", {}));
}

}  // namespace
}  // namespace silaware::portal
