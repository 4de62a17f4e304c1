#include <gtest/gtest.h>

#include <set>

#include "auth/jwt.hpp"
#include "portal/browser.hpp"

namespace silaware::portal {
namespace {

using enum http::Method;

class AccessTest : public testing::Test {
  protected:
    AccessTest() {
        site.add_account("root", "admin", "root password");
        ada_id = site.add_account("ada", "user", "ada password");
    }
    std::string forge(core::Instant issued, const std::string& version = {},
                      const std::string& subject = "ada") {
        return "Bearer " + auth::issue_jwt({subject, "admin", issued, site.clock + core::Seconds(600),
                                            auth::Freshness::from_password, version},
                                           site.portal.settings.jwt_secret);
    }
    TestPortal site;
    Browser browser{site};
    std::int64_t ada_id;
};

std::string example_of(std::string_view pattern) {
    std::string path(pattern);
    if (const auto brace = path.find('{'); brace != std::string::npos)
        path.replace(brace, path.find('}') - brace + 1, "999999");
    return path;
}

TEST_F(AccessTest, EveryRuleHasItsRouteAndEveryRouteItsRule) {
    std::set<std::string> routes;
    for (const auto& route : site.router.routes()) {
        const Rule& rule = rules()[static_cast<std::size_t>(route.access)];
        EXPECT_EQ(rule.pattern, route.pattern);
        EXPECT_EQ(rule.method, route.method);
        routes.insert(std::string(http::name(route.method)) + " " + route.pattern);
    }
    for (const Rule& rule : rules()) {
        const auto name = std::string(http::name(rule.method)) + " " + std::string(rule.pattern);
        EXPECT_TRUE(routes.contains(name)) << name << " is served by nothing";
    }
}

TEST_F(AccessTest, NobodyGetsAnythingThatIsNotOpen) {
    for (const auto& route : site.router.routes()) {
        const Rule& rule = rules()[static_cast<std::size_t>(route.access)];
        if (rule.needs == Needs::nobody || rule.needs == Needs::anybody) continue;
        Browser anonymous(site);
        const auto response = anonymous.json(route.method, example_of(rule.pattern), boost::json::object{});
        const int expected = rule.kind == Kind::page ? 302 : 401;
        EXPECT_EQ(response.status(), expected) << http::name(route.method) << " " << route.pattern;
    }
}

TEST_F(AccessTest, AUserGetsNothingOfTheAdministration) {
    browser.sign_in("ada", "ada password");
    for (const auto& route : site.router.routes()) {
        const Rule& rule = rules()[static_cast<std::size_t>(route.access)];
        if (rule.needs != Needs::admin && rule.needs != Needs::metrics) continue;
        const auto response = browser.json(route.method, example_of(rule.pattern), boost::json::object{});
        EXPECT_EQ(response.status(), 403) << http::name(route.method) << " " << route.pattern;
    }
}

TEST_F(AccessTest, NoStateIsChangedBySessionsWithoutTheirCsrfToken) {
    browser.sign_in("root", "root password");
    Browser other(site);
    other.sign_in("root", "root password");
    for (const auto& route : site.router.routes()) {
        const Rule& rule = rules()[static_cast<std::size_t>(route.access)];
        if (route.method == get || rule.kind == Kind::plain_form) continue;
        for (const auto& token : {std::string(), std::string("x"), other.headers["x-csrf-token"]}) {
            browser.headers["x-csrf-token"] = token;
            const auto response = browser.json(route.method, example_of(rule.pattern), boost::json::object{});
            EXPECT_EQ(response.status(), 403) << http::name(route.method) << " " << route.pattern;
        }
    }
}

TEST_F(AccessTest, ATokenNeedsNoCsrfToken) {
    browser.sign_in_by_json("root", "root password");
    EXPECT_EQ(browser.json(post, "/login/devices", {{"mac_address", "aabbccddeeff"}}).status(), 201);
}

TEST_F(AccessTest, APageLeadsToTheLoginUnlessJsonIsAskedFor) {
    EXPECT_EQ(browser.get("/login/summary").header("Location"), "/login?next=%2Flogin%2Fsummary");
    EXPECT_EQ(browser.get("/power_monitoring?uid=AA:BB").header("Location"),
              "/login?next=%2Fpower_monitoring%3Fuid%3DAA%3ABB");
    browser.headers["accept"] = "application/json";
    EXPECT_EQ(browser.get("/login/summary").status(), 401);
    browser.headers.erase("accept");
    browser.headers["x-requested-with"] = "XMLHttpRequest";
    EXPECT_EQ(browser.get("/login/summary").status(), 401);
    browser.headers.erase("x-requested-with");
    browser.headers["authorization"] = "Bearer nonsense";
    browser.headers["accept"] = "text/html";
    EXPECT_EQ(browser.get("/login/summary").status(), 401);
}

TEST_F(AccessTest, AJsonEndpointRefusesUnlessAPersonNavigates) {
    const auto refused = browser.get("/login/devices/json");
    EXPECT_EQ(refused.status(), 401);
    EXPECT_EQ(text_of(body_of(refused), "code"), "unauthorized");
    EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer");
    browser.headers["accept"] = "text/html,application/xhtml+xml,*/*;q=0.8";
    EXPECT_EQ(browser.get("/login/devices/json").header("Location"), "/login?next=%2Flogin%2Fdevices%2Fjson");
}

TEST_F(AccessTest, ADemotedOrDeletedAccountLosesItsRightsAtOnce) {
    browser.sign_in("root", "root password");
    Browser script(site);
    script.sign_in_by_json("root", "root password");
    EXPECT_EQ(browser.get("/login/accounts/json").status(), 200);
    site.database->execute("UPDATE accounts SET role = 'user' WHERE username = 'root'");
    EXPECT_EQ(browser.get("/login/accounts/json").status(), 403);
    EXPECT_EQ(script.get("/login/accounts/json").status(), 403);
    site.database->execute("DELETE FROM accounts WHERE username = 'root'");
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
    EXPECT_EQ(script.get("/login/devices/json").status(), 401);
}

TEST_F(AccessTest, ATokenDoesNotOutliveThePasswordItWasIssuedFor) {
    browser.sign_in_by_json("ada", "ada password");
    const auto changed = browser.json(put, "/login/profile/password",
                                      {{"current", "ada password"}, {"new", "another password"}});
    ASSERT_EQ(changed.status(), 200) << changed.body_text();
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
    browser.headers.erase("authorization");
    // In the very same second.
    EXPECT_EQ(browser.sign_in_by_json("ada", "another password").status(), 200);
    EXPECT_EQ(browser.get("/login/devices/json").status(), 200);
}

TEST_F(AccessTest, ATokenMadeElsewhereWithOurKeyCountsFromThePasswordOn) {
    browser.headers["authorization"] = forge(site.clock);
    EXPECT_EQ(browser.get("/login/devices/json").status(), 200);
    EXPECT_EQ(browser.get("/login/accounts/json").status(), 403)
        << "the role is the account's, not the token's";
    browser.headers["authorization"] = forge(site.clock - core::Seconds(5));
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
    browser.headers["authorization"] = forge(site.clock, {}, "nobody");
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
}

TEST_F(AccessTest, ANamesakeCantUseTheTokenOfADeletedAccount) {
    browser.sign_in_by_json("ada", "ada password");
    site.database->execute("DELETE FROM accounts WHERE username = 'ada'");
    site.add_account("ada", "admin", "other password");
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
}

TEST_F(AccessTest, AnApiTokenMayDoWhatItsScopeSays) {
    browser.sign_in("root", "root password");
    const auto create = [&](const char* scope) {
        const auto response =
            browser.json(post, "/login/profile/tokens", {{"name", "export"}, {"scope", scope}});
        EXPECT_EQ(response.status(), 201) << response.body_text();
        return body_of(response);
    };
    const auto reading = create("read");
    const auto full = create("full");
    Browser script(site);
    script.headers["authorization"] = "Bearer " + text_of(reading, "token");
    EXPECT_EQ(script.get("/login/accounts/json").status(), 200);
    EXPECT_EQ(script.json(post, "/login/devices", {{"mac_address", "aabbccddeeff"}}).status(), 403);
    EXPECT_EQ(script.get("/get_jwt").status(), 403);
    script.headers["authorization"] = "Bearer " + text_of(full, "token");
    EXPECT_EQ(script.json(post, "/login/devices", {{"mac_address", "aabbccddeeff"}}).status(), 201);
    EXPECT_EQ(script.json(post, "/login/profile/tokens", {{"name", "mine"}, {"scope", "full"}}).status(),
              403);

    Browser hour(site);
    hour.sign_in_by_json("root", "root password");
    EXPECT_EQ(hour.json(post, "/login/profile/tokens", {{"name", "for ever"}}).status(), 403);

    const auto list = browser.get("/login/profile/tokens/json");
    EXPECT_EQ(list.body_text().find(text_of(full, "token")), std::string_view::npos);
    EXPECT_EQ(browser.send(del, "/login/profile/tokens/" + std::to_string(full.at("id").as_int64())).status(),
              200);
    EXPECT_EQ(script.get("/login/accounts/json").status(), 401);
}

TEST_F(AccessTest, ANewPasswordEndsTheApiTokensOfBefore) {
    browser.sign_in("ada", "ada password");
    const auto create = [&] {
        return text_of(
            body_of(browser.json(post, "/login/profile/tokens", {{"name", "x"}, {"scope", "full"}})),
            "token");
    };
    Browser script(site);
    script.headers["authorization"] = "Bearer " + create();
    EXPECT_EQ(script.get("/login/devices/json").status(), 200);
    site.clock += core::Seconds(1);
    EXPECT_EQ(
        browser.json(put, "/login/profile/password", {{"current", "ada password"}, {"new", "another one"}})
            .status(),
        200);
    EXPECT_EQ(script.get("/login/devices/json").status(), 401);
    browser.sign_in("ada", "another one");
    EXPECT_TRUE(body_of(browser.get("/login/profile/tokens/json")).at("items").as_array().empty());
    script.headers["authorization"] = "Bearer " + create();
    EXPECT_EQ(script.get("/login/devices/json").status(), 200);
}

TEST_F(AccessTest, AProxysOwnBasicLoginIsNoBadToken) {
    browser.sign_in("ada", "ada password");
    browser.headers["authorization"] = "Basic dXNlcjpwYXNz";
    EXPECT_EQ(browser.get("/login/devices").status(), 200);
}

TEST_F(AccessTest, MetricsAreForTheirTokenOrAnAdmin) {
    const bool served = std::holds_alternative<http::Match>(site.router.find(get, "/metrics"));
    if (!served) GTEST_SKIP() << "/metrics is not there yet";
    site.portal.settings.metrics_token = "scrape";
    browser.headers["authorization"] = "Bearer scrape";
    EXPECT_EQ(browser.get("/metrics").status(), 200);
    browser.headers["authorization"] = "Bearer wrong";
    EXPECT_EQ(browser.get("/metrics").status(), 401);
}

TEST_F(AccessTest, ErrorsAreAPageForPeopleAndJsonForPrograms) {
    browser.sign_in("ada", "ada password");
    EXPECT_EQ(text_of(body_of(browser.get("/nothing")), "code"), "not_found");
    browser.headers["accept"] = "text/html";
    const auto page = browser.get("/nothing");
    EXPECT_EQ(page.status(), 404);
    EXPECT_NE(page.body_text().find("error page There is nothing"), std::string_view::npos);
}

TEST_F(AccessTest, AnErrorPageSpeaksTheLanguageOfTheAccount) {
    browser.sign_in("ada", "ada password");
    browser.json(http::Method::put, "/login/profile/language", {{"language", "id"}});
    browser.headers["accept"] = "text/html";
    browser.headers["accept-language"] = "en";
    EXPECT_NE(browser.get("/nothing").body_text().find("Tidak ada apa pun"), std::string_view::npos);
}

}  // namespace
}  // namespace silaware::portal
