#include <gtest/gtest.h>

#include "portal/browser.hpp"

namespace silaware::portal {
namespace {

using enum http::Method;

class AccountsTest : public testing::Test {
  protected:
    AccountsTest() {
        root_id = site.add_account("root", "admin", "root password");
        browser.sign_in("root", "root password");
    }
    boost::json::object ada() {
        return {{"username", "ada"},
                {"email", "ada@example.com"},
                {"password", "ada password"},
                {"role", "user"}};
    }
    std::string at(std::int64_t id) { return "/login/accounts/" + std::to_string(id); }
    std::int64_t create() {
        return body_of(browser.json(post, "/login/accounts", ada())).at("id").as_int64();
    }
    TestPortal site;
    Browser browser{site};
    std::int64_t root_id;
};

TEST_F(AccountsTest, AnAccountIsCreatedListedChangedAndDeleted) {
    const auto created = browser.json(post, "/login/accounts", ada());
    ASSERT_EQ(created.status(), 201) << created.body_text();
    const auto id = body_of(created).at("id").as_int64();
    const auto list = body_of(browser.get("/login/accounts/json?search=ada&page=1&per_page=10"));
    ASSERT_EQ(list.at("total").as_int64(), 1);
    const auto& item = list.at("items").as_array().at(0).as_object();
    EXPECT_EQ(text_of(item, "username"), "ada");
    EXPECT_EQ(text_of(item, "role"), "user");
    EXPECT_EQ(text_of(item, "createdDate"), "2027-01-15T15:00:00+07:00");
    EXPECT_FALSE(item.contains("password"));
    EXPECT_EQ(text_of(body_of(browser.json(put, at(id), {{"role", "admin"}})), "role"), "admin");
    EXPECT_EQ(browser.send(del, at(id)).status(), 200);
    EXPECT_EQ(browser.send(del, at(id)).status(), 404);
    EXPECT_EQ(browser.send(del, "/login/accounts/x").status(), 404);
}

TEST_F(AccountsTest, WhatIsWrongIsSaidFieldByField) {
    const auto response = browser.json(
        post, "/login/accounts",
        {{"username", "a b"}, {"email", "nonsense"}, {"password", "short"}, {"role", "emperor"}});
    EXPECT_EQ(response.status(), 400);
    const auto fields = body_of(response).at("fields").as_object();
    for (const auto* name : {"username", "email", "password", "role"})
        EXPECT_TRUE(fields.contains(name)) << name;
    EXPECT_EQ(browser.json(post, "/login/accounts", boost::json::object{}).status(), 400);
    EXPECT_EQ(browser.json(post, "/login/accounts", boost::json::array{}).status(), 400);
    auto numbers = ada();
    numbers["username"] = 12345;
    numbers["password"] = 12345678;
    EXPECT_EQ(body_of(browser.json(post, "/login/accounts", numbers)).at("fields").as_object().size(), 2u);
}

TEST_F(AccountsTest, ANameOrAddressThatIsTakenIsAConflict) {
    create();
    auto twin = ada();
    twin["username"] = "ADA";
    twin["email"] = "other@example.com";
    const auto response = browser.json(post, "/login/accounts", twin);
    EXPECT_EQ(response.status(), 409);
    EXPECT_TRUE(body_of(response).at("fields").as_object().contains("username"));
}

TEST_F(AccountsTest, TheLastAdminStays) {
    EXPECT_EQ(browser.send(del, at(root_id)).status(), 409);
    EXPECT_EQ(browser.json(put, at(root_id), {{"role", "user"}}).status(), 409);
}

TEST_F(AccountsTest, APasswordSetByAnAdminEndsTheAccountsSessions) {
    const auto id = create();
    Browser other(site);
    other.sign_in("ada", "ada password");
    ASSERT_EQ(other.get("/login/devices/json").status(), 200);
    EXPECT_EQ(browser.json(put, at(id), {{"password", "new password"}}).status(), 200);
    EXPECT_EQ(other.get("/login/devices/json").status(), 401);
    EXPECT_EQ(Browser(site).sign_in("ada", "new password").status(), 302);
}

TEST_F(AccountsTest, OnesOwnPasswordNeedsTheCurrentOne) {
    create();
    Browser other(site);
    other.sign_in("ada", "ada password");
    const auto wrong =
        other.json(put, "/login/profile/password", {{"current", "guess"}, {"new", "new password"}});
    EXPECT_EQ(wrong.status(), 400);
    EXPECT_TRUE(body_of(wrong).at("fields").as_object().contains("current"));
    EXPECT_EQ(
        other.json(put, "/login/profile/password", {{"current", "ada password"}, {"new", "short"}}).status(),
        400);
    Browser second(site);
    second.sign_in("ada", "ada password");
    EXPECT_EQ(
        other.json(put, "/login/profile/password", {{"current", "ada password"}, {"new", "new password"}})
            .status(),
        200);
    EXPECT_EQ(second.get("/login/devices/json").status(), 401);
}

TEST_F(AccountsTest, GuessingTheCurrentPasswordIsLimited) {
    create();
    Browser other(site);
    other.sign_in("ada", "ada password");
    const boost::json::object guess = {{"current", "guess"}, {"new", "new password"}};
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(other.json(put, "/login/profile/password", guess).status(), 400);
    EXPECT_EQ(other.json(put, "/login/profile/password", guess).status(), 429);
}

TEST_F(AccountsTest, TheLanguageIsKept) {
    EXPECT_EQ(browser.json(put, "/login/profile/language", {{"language", "id"}}).status(), 200);
    EXPECT_EQ(browser.json(put, "/login/profile/language", {{"language", "xx"}}).status(), 400);
    EXPECT_EQ(storage::AccountStore(*site.database).find(root_id)->language, "id");
}

TEST_F(AccountsTest, WhatIsWrongIsSaidInTheLanguageOfTheAccount) {
    browser.json(put, "/login/profile/language", {{"language", "id"}});
    const auto response = browser.json(post, "/login/accounts", {{"username", "ab"}});
    EXPECT_EQ(text_of(body_of(response).at("fields").as_object(), "username"),
              "Nama pengguna terdiri dari 3 sampai 64 karakter.");
    Browser stranger(site);
    stranger.headers["accept-language"] = "id";
    EXPECT_EQ(text_of(body_of(stranger.get("/login/devices/json")), "error"), "Masuk terlebih dahulu.");
}

TEST_F(AccountsTest, AForgottenPasswordIsSetByAOneTimeLink) {
    create();
    Browser other(site);
    const auto token = Browser::csrf_of(other.get("/login/forgot"));
    const auto unknown =
        other.form("/login/forgot", {{"email", "nobody@example.com"}, {"csrf_token", token}});
    EXPECT_TRUE(site.mails.empty());
    const auto known = other.form("/login/forgot", {{"email", "ADA@example.com"}, {"csrf_token", token}});
    EXPECT_EQ(known.body_text(), unknown.body_text());
    ASSERT_EQ(site.mails.size(), 1u);
    EXPECT_EQ(site.mails[0].first, "ada@example.com");
    const std::string text = site.mails[0].second.text;
    const std::string before = "https://power.example.com/login/reset?token=";
    ASSERT_NE(text.find(before), std::string::npos) << text;
    const auto key = text.substr(text.find(before) + before.size(), 43);

    const auto page = other.get("/login/reset?token=" + key);
    EXPECT_EQ(page.body_text().find("STALE"), std::string_view::npos);
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    const auto set = [&](const std::string& password) {
        return other.form("/login/reset", {{"token", key}, {"password", password}, {"csrf_token", token}});
    };
    EXPECT_EQ(set("short").status(), 400);
    EXPECT_EQ(set("brand new password").status(), 303);
    EXPECT_EQ(set("once more password").status(), 400);
    EXPECT_NE(other.get("/login/reset?token=" + key).body_text().find("STALE"), std::string_view::npos);
    EXPECT_EQ(Browser(site).sign_in("ada", "brand new password").status(), 302);
}

TEST_F(AccountsTest, AResetLinkEndsWithTheAddressItWasSentTo) {
    const auto id = create();
    Browser other(site);
    const auto token = Browser::csrf_of(other.get("/login/forgot"));
    other.form("/login/forgot", {{"email", "ada@example.com"}, {"csrf_token", token}});
    const std::string text = site.mails.at(0).second.text;
    const std::string before = "/login/reset?token=";
    const auto key = text.substr(text.find(before) + before.size(), 43);
    const auto path = fmt::format("/login/accounts/{}", id);
    browser.json(put, path, {{"email", "ada@example.com"}, {"role", "user"}});
    EXPECT_EQ(other.get("/login/reset?token=" + key).body_text().find("STALE"), std::string_view::npos);
    browser.json(put, path, {{"email", "ada@elsewhere.example"}});
    EXPECT_NE(other.get("/login/reset?token=" + key).body_text().find("STALE"), std::string_view::npos);
}

TEST_F(AccountsTest, AfterANewPasswordTheGuessesOfBeforeBlockNobody) {
    const auto path = at(create());
    const auto guess_wrong = [&] {
        for (int i = 0; i < 10; ++i) {
            Browser guesser(site);
            guesser.address = "198.51.100." + std::to_string(i);
            guesser.sign_in_by_json("ada", "forgotten");
        }
    };
    guess_wrong();
    EXPECT_EQ(Browser(site).sign_in_by_json("ada", "ada password").status(), 429);
    Browser other(site);
    const auto token = Browser::csrf_of(other.get("/login/forgot"));
    other.form("/login/forgot", {{"email", "ada@example.com"}, {"csrf_token", token}});
    const std::string text = site.mails.at(0).second.text;
    const auto key = text.substr(text.find("?token=") + 7, 43);
    other.form("/login/reset", {{"token", key}, {"password", "by the link"}, {"csrf_token", token}});
    EXPECT_EQ(Browser(site).sign_in_by_json("ada", "by the link").status(), 200);

    guess_wrong();
    browser.json(put, path, {{"password", "by the admin"}});
    EXPECT_EQ(Browser(site).sign_in_by_json("ada", "by the admin").status(), 200);
}

TEST_F(AccountsTest, NobodyIsFloodedWithResetMails) {
    create();
    for (int i = 0; i < 8; ++i) {
        Browser other(site);
        other.address = "198.51.100." + std::to_string(i);
        const auto token = Browser::csrf_of(other.get("/login/forgot"));
        EXPECT_EQ(other.form("/login/forgot", {{"email", "ada@example.com"}, {"csrf_token", token}}).status(),
                  200);
    }
    EXPECT_EQ(site.mails.size(), 5u);
}

}  // namespace
}  // namespace silaware::portal
