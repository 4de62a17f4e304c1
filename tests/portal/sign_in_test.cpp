#include <gtest/gtest.h>

#include "portal/browser.hpp"

namespace silaware::portal {
namespace {

using enum http::Method;

class SignInTest : public testing::Test {
  protected:
    SignInTest() {
        admin_id = site.add_account("root", "admin", "root password");
        user_id = site.add_account("ada", "user", "ada password");
    }
    std::string cookie_line(const http::Response& response, const std::string& name) {
        for (const auto& [header, value] : response.headers())
            if (header == "Set-Cookie" && value.starts_with(name)) return value;
        return {};
    }
    TestPortal site;
    Browser browser{site};
    std::int64_t admin_id;
    std::int64_t user_id;
};

TEST_F(SignInTest, AFormOpensASession) {
    const auto response = browser.sign_in("ada", "ada password");
    EXPECT_EQ(response.status(), 302);
    EXPECT_EQ(response.header("Location"), "/login/summary");
    EXPECT_EQ(browser.get("/login/devices").status(), 200);
    EXPECT_EQ(browser.get("/login").header("Location"), "/login/summary");
}

TEST_F(SignInTest, TheCookieIsSecureHttpOnlyAndLax) {
    site.portal.settings.session_cookie_secure = true;
    const auto line = cookie_line(browser.sign_in("ada", "ada password"), "silaware_session");
    EXPECT_NE(line.find("; Secure"), std::string::npos) << line;
    EXPECT_NE(line.find("; HttpOnly"), std::string::npos) << line;
    EXPECT_NE(line.find("; SameSite=Lax"), std::string::npos) << line;
}

TEST_F(SignInTest, OnlyTheHashOfASessionIsStored) {
    browser.sign_in("ada", "ada password");
    const auto stored = site.database->select_one<std::string>("SELECT token_hash FROM sessions");
    EXPECT_NE(*stored, browser.cookies["silaware_session"]);
}

TEST_F(SignInTest, TheIdIsANewOneAtEverySignIn) {
    browser.sign_in("ada", "ada password");
    const auto first = browser.cookies["silaware_session"];
    browser.cookies["silaware_session"] = "planted";
    browser.sign_in("ada", "ada password");
    EXPECT_NE(browser.cookies["silaware_session"], first);
    EXPECT_NE(browser.cookies["silaware_session"], "planted");
}

TEST_F(SignInTest, AWrongPasswordAndAnUnknownNameGetTheSameAnswer) {
    const auto wrong = browser.json(post, "/login", {{"username", "ada"}, {"password", "wrong"}});
    const auto unknown = browser.json(post, "/login", {{"username", "nobody"}, {"password", "wrong"}});
    EXPECT_EQ(wrong.status(), 401);
    EXPECT_EQ(wrong.body_text(), unknown.body_text());
    EXPECT_EQ(text_of(body_of(wrong), "code"), "unauthorized");
    EXPECT_NE(browser.sign_in("ada", "wrong").body_text().find("WRONG"), std::string_view::npos);
}

TEST_F(SignInTest, AFormWithoutItsTokenIsRefused) {
    EXPECT_EQ(browser.form("/login", {{"username", "ada"}, {"password", "ada password"}}).status(), 403);
    const auto token = Browser::csrf_of(browser.get("/login"));
    Browser other(site);
    other.get("/login");
    const auto stolen =
        other.form("/login", {{"username", "ada"}, {"password", "ada password"}, {"csrf_token", token}});
    EXPECT_EQ(stolen.status(), 403);
    EXPECT_NE(stolen.body_text().find("EXPIRED"), std::string_view::npos);
}

TEST_F(SignInTest, ItLeadsOnlyToPagesOfThisPortal) {
    const auto token = Browser::csrf_of(browser.get("/login?next=/login/report"));
    const auto response = browser.form("/login", {{"username", "ada"},
                                                  {"password", "ada password"},
                                                  {"csrf_token", token},
                                                  {"next", "//evil.example.com/"}});
    EXPECT_EQ(response.header("Location"), "/login/summary");
}

TEST_F(SignInTest, LogoutEndsTheSessionOnTheServer) {
    browser.sign_in("ada", "ada password");
    auto kept = browser.cookies;
    EXPECT_EQ(browser.form("/logout", {{"csrf_token", browser.headers["x-csrf-token"]}}).header("Location"),
              "/login");
    browser.cookies = kept;
    EXPECT_EQ(browser.get("/login/devices").status(), 302);
    browser.sign_in("ada", "ada password");
    EXPECT_EQ(browser.get("/logout").status(), 302);
    EXPECT_EQ(browser.get("/login/devices").status(), 302);
}

TEST_F(SignInTest, JsonGivesATokenThatWorksEverywhere) {
    const auto response = browser.sign_in_by_json("ada", "ada password");
    ASSERT_EQ(response.status(), 200);
    const auto body = body_of(response);
    EXPECT_EQ(text_of(body, "token_type"), "Bearer");
    EXPECT_EQ(body.at("expires_in").as_int64(), 3600);
    EXPECT_EQ(browser.get("/login/devices/json").status(), 200);
    EXPECT_EQ(browser.get("/login/devices").status(), 200);
}

TEST_F(SignInTest, JsonWithoutNameOrPasswordIsInvalid) {
    const auto response = browser.json(post, "/login", boost::json::object{{"username", "ada"}});
    EXPECT_EQ(response.status(), 400);
    EXPECT_TRUE(body_of(response).at("fields").as_object().contains("password"));
    EXPECT_EQ(browser.send(post, "/login", "{", "application/json").status(), 400);
    EXPECT_EQ(browser.send(post, "/login", "x", "text/plain").status(), 400);
    EXPECT_EQ(browser.json(post, "/login", {{"username", boost::json::array{}}, {"password", "x"}}).status(),
              400);
    const auto numbers = browser.json(post, "/login", {{"username", 5}, {"password", 12345678}});
    EXPECT_EQ(numbers.status(), 400);
    EXPECT_EQ(body_of(numbers).at("fields").as_object().size(), 2u);
}

TEST_F(SignInTest, ASessionCanAskForAToken) {
    browser.sign_in("ada", "ada password");
    const auto token = text_of(body_of(browser.get("/get_jwt")), "access_token");
    Browser script(site);
    EXPECT_EQ(script.get("/get_jwt").status(), 401);
    script.headers["authorization"] = "Bearer " + token;
    EXPECT_EQ(script.get("/login/devices/json").status(), 200);
}

TEST_F(SignInTest, ATokenCantProlongItself) {
    browser.sign_in_by_json("ada", "ada password");
    site.clock += core::Seconds(3000);
    EXPECT_LE(body_of(browser.get("/get_jwt")).at("expires_in").as_int64(), 600);
}

TEST_F(SignInTest, TenWrongGuessesBlockTheNameWhateverItsCase) {
    for (int i = 0; i < 10; ++i) {
        Browser guesser(site);
        guesser.address = "198.51.100." + std::to_string(i);
        EXPECT_EQ(
            guesser.json(post, "/login", {{"username", i % 2 ? "ada" : "ADA"}, {"password", "x"}}).status(),
            401);
    }
    const auto blocked = browser.json(post, "/login", {{"username", "Ada"}, {"password", "ada password"}});
    EXPECT_EQ(blocked.status(), 429);
    EXPECT_EQ(blocked.header("Retry-After"), "900");
    EXPECT_EQ(browser.json(post, "/login", {{"username", "root"}, {"password", "root password"}}).status(),
              200);
    site.clock += core::Seconds(900);
    EXPECT_EQ(browser.json(post, "/login", {{"username", "ada"}, {"password", "ada password"}}).status(),
              200);
}

TEST_F(SignInTest, TenWrongGuessesBlockTheAddress) {
    for (int i = 0; i < 10; ++i)
        browser.json(post, "/login", {{"username", "name" + std::to_string(i)}, {"password", "x"}});
    EXPECT_EQ(browser.json(post, "/login", {{"username", "ada"}, {"password", "ada password"}}).status(),
              429);
    EXPECT_NE(browser.sign_in("ada", "ada password").body_text().find("TOO_MANY"), std::string_view::npos);
    browser.address = "198.51.100.7";
    EXPECT_EQ(browser.json(post, "/login", {{"username", "ada"}, {"password", "ada password"}}).status(),
              200);
}

TEST_F(SignInTest, ASuccessResetsTheName) {
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 9; ++i) {
            Browser guesser(site);
            guesser.address = "198.51.100." + std::to_string(round * 10 + i);
            EXPECT_EQ(guesser.json(post, "/login", {{"username", "ada"}, {"password", "x"}}).status(), 401);
        }
        EXPECT_EQ(browser.json(post, "/login", {{"username", "ada"}, {"password", "ada password"}}).status(),
                  200);
    }
}

TEST_F(SignInTest, WhoIsTurnedAwayIsToldToTryAgain) {
    browser.turned_away = true;
    const auto response = browser.json(post, "/login", {{"username", "ada"}, {"password", "ada password"}});
    EXPECT_EQ(response.status(), 503);
    EXPECT_TRUE(response.header("Retry-After"));
    const auto page = browser.sign_in("ada", "ada password");
    EXPECT_EQ(page.status(), 503);
    EXPECT_TRUE(page.header("Retry-After"));
    EXPECT_NE(page.body_text().find("BUSY"), std::string_view::npos);
    EXPECT_EQ(browser.form("/login/reset", {{"token", "x"}, {"password", "long enough"}}).status(), 503);
}

TEST_F(SignInTest, WhoIsTurnedAwayChangesNothing) {
    browser.sign_in("root", "root password");
    browser.turned_away = true;
    const auto path = "/login/accounts/" + std::to_string(user_id);
    EXPECT_EQ(browser.json(put, path, {{"password", "another password"}}).status(), 503);
    EXPECT_EQ(Browser(site).sign_in("ada", "ada password").status(), 302);
}

TEST_F(SignInTest, ALostSecureCookieIsExplained) {
    site.portal.settings.session_cookie_secure = true;
    browser.headers["host"] = "192.0.2.10:8080";
    EXPECT_NE(browser.get("/login").body_text().find("AT_RISK"), std::string_view::npos);
    EXPECT_EQ(browser.sign_in("ada", "ada password").status(), 302);
    browser.cookies.erase("silaware_session");  // what a browser does over plain HTTP
    const auto page = browser.get("/login");
    EXPECT_EQ(page.status(), 200);
    EXPECT_NE(page.body_text().find("NO_COOKIE"), std::string_view::npos);
}

TEST_F(SignInTest, OnThisMachineNothingIsAtRisk) {
    site.portal.settings.session_cookie_secure = true;
    for (const auto* host : {"127.0.0.1:8080", "localhost:8080", "[::1]:8080"}) {
        browser.headers["host"] = host;
        EXPECT_EQ(browser.get("/login").body_text().find("AT_RISK"), std::string_view::npos) << host;
    }
}

TEST_F(SignInTest, SessionsEndWhenIdleAndInAnyCaseOneDay) {
    browser.sign_in("ada", "ada password");
    site.clock += site.portal.settings.session_idle;
    EXPECT_EQ(browser.get("/login/devices").status(), 302);
    browser.sign_in("ada", "ada password");
    const auto end = site.clock + site.portal.settings.session_lifetime;
    while (site.clock + core::Seconds(3600) < end) {
        site.clock += core::Seconds(3600);
        ASSERT_EQ(browser.get("/login/devices/json").status(), 200);
    }
    site.clock = end;
    EXPECT_EQ(browser.get("/login/devices/json").status(), 401);
}

TEST_F(SignInTest, AnEndedSessionIsToldOfWhereAPageSentToTheLogin) {
    const auto told = [&](const char* path) {
        return browser.get(path).body_text().find("ENDED") != std::string_view::npos;
    };
    EXPECT_FALSE(told("/login?next=/login/devices"));
    browser.sign_in("ada", "ada password");
    site.clock += site.portal.settings.session_idle;
    EXPECT_TRUE(told("/login?next=/login/devices"));
    EXPECT_FALSE(told("/login"));
    browser.sign_in("ada", "ada password");
    browser.form("/logout", {{"csrf_token", Browser::csrf_of(browser.get("/login/devices"))}});
    EXPECT_FALSE(told("/login?next=/login/devices"));
}

TEST_F(SignInTest, EverySignInIsInTheAuditLog) {
    browser.sign_in("ada", "ada password");
    browser.sign_in_by_json("ada", "wrong");
    browser.json(post, "/login", {{"username", "my secret password"}, {"password", "x"}});
    Browser root(site);
    root.sign_in("root", "root password");
    const auto response = root.get("/login/audit/json?per_page=100");
    const std::string text(response.body_text());
    EXPECT_NE(text.find("\"login\""), std::string::npos) << text;
    EXPECT_NE(text.find("\"login.failed\""), std::string::npos);
    EXPECT_EQ(text.find("secret password"), std::string::npos);
}

}  // namespace
}  // namespace silaware::portal
