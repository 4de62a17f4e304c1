#include "storage/account_store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "storage/api_token_store.hpp"
#include "storage/login_failure_store.hpp"
#include "storage/password_reset_store.hpp"
#include "storage/session_store.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using core::ErrorCode;

const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
const Change by_root{"root", "192.0.2.1", now};

class AccountStoreTest : public testing::Test {
  protected:
    AccountStoreTest() : accounts(*database) {}

    std::int64_t add(const std::string& name, const std::string& role = "user") {
        return accounts.create({name, name + "@example.com", role, "hash of " + name}, by_root).value();
    }
    std::string last_action() {
        return database->select_one<std::string>("SELECT action FROM audit_log ORDER BY id DESC LIMIT 1")
            .value_or("");
    }
    std::int64_t count(const std::string& table) {
        return *database->select_one<std::int64_t>("SELECT COUNT(*) FROM " + table);
    }

    tests::FreshDatabase database;
    AccountStore accounts;
};

TEST_F(AccountStoreTest, AnAccountIsFoundByItsNameInAnyCase) {
    const auto id = add("Ada", "admin");
    const auto found = accounts.find_by_name("aDA");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->username, "Ada");
    EXPECT_EQ(found->role, "admin");
    EXPECT_EQ(found->created_ms, core::epoch_ms(now));
    EXPECT_EQ(found->password_changed_ms, core::epoch_ms(now));
    EXPECT_EQ(accounts.credentials("ada").size(), 1u);
    EXPECT_TRUE(accounts.credentials("eve").empty());
    EXPECT_EQ(accounts.find_by_email("ADA@example.com")->id, id);
    EXPECT_EQ(last_action(), "account.create");
}

TEST_F(AccountStoreTest, NamesAndAddressesAreUniqueWithoutCase) {
    add("ada");
    const auto name = accounts.create({"ADA", "other@example.com", "user", "h"}, by_root);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, ErrorCode::conflict);
    EXPECT_TRUE(name.error().fields.contains("username"));
    const auto email = accounts.create({"bob", "Ada@Example.com", "user", "h"}, by_root);
    ASSERT_FALSE(email);
    EXPECT_TRUE(email.error().fields.contains("email"));
    const auto bob = add("bob");
    EXPECT_EQ(accounts.update(bob, {.username = "ada"}, by_root).error().code, ErrorCode::conflict);
    EXPECT_EQ(accounts.update(bob, {.email = "ada@example.com"}, by_root).error().code, ErrorCode::conflict);
    EXPECT_EQ(accounts.find(bob)->username, "bob");
}

TEST_F(AccountStoreTest, NeitherMayTakeANameOfARowWithoutKey) {
    database->execute(
        "INSERT INTO accounts (username, email, password) VALUES ('Old', 'old@example.com', 'h')");
    EXPECT_EQ(accounts.create({"old", "new@example.com", "user", "h"}, by_root).error().code,
              ErrorCode::conflict);
    EXPECT_EQ(accounts.create({"new", "OLD@example.com", "user", "h"}, by_root).error().code,
              ErrorCode::conflict);
    EXPECT_EQ(accounts.credentials("OLD").size(), 1u);
}

TEST_F(AccountStoreTest, TwinsOfAnOlderSystemAreAllFoundTheExactNameFirst) {
    database->execute("INSERT INTO accounts (username, email, password) VALUES ('bob', 'a@b.co', 'h1')");
    database->execute("INSERT INTO accounts (username, email, password) VALUES ('Bob', 'c@d.ef', 'h2')");
    const auto found = accounts.credentials("Bob");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].password_hash, "h2");
    // A change of something else leaves them as they are.
    EXPECT_TRUE(accounts.update(found[0].id, {.username = "Bob", .role = "admin"}, by_root));
}

TEST_F(AccountStoreTest, TheLastAdminStays) {
    const auto root = add("root", "admin");
    add("ada");
    EXPECT_EQ(accounts.remove(root, by_root).error().code, ErrorCode::conflict);
    EXPECT_EQ(accounts.update(root, {.role = "user"}, by_root).error().code, ErrorCode::conflict);
    EXPECT_EQ(accounts.find(root)->role, "admin");
    const auto second = add("second", "admin");
    EXPECT_TRUE(accounts.update(root, {.role = "user"}, by_root));
    EXPECT_EQ(accounts.remove(second, by_root).error().code, ErrorCode::conflict);
}

TEST_F(AccountStoreTest, OfTwoAdminsWhoLeaveAtOnceOneStays) {
    for (int round = 0; round < 10; ++round) {
        database->execute("DELETE FROM accounts");
        const auto first = add("first", "admin");
        const auto second = add("second", "admin");
        std::thread other([&] { AccountStore(*database).remove(first, by_root); });
        accounts.update(second, {.role = "user"}, by_root);
        other.join();
        EXPECT_EQ(database->select_one<std::int64_t>("SELECT COUNT(*) FROM accounts WHERE role = 'admin'"),
                  1);
    }
}

TEST_F(AccountStoreTest, ANewPasswordEndsSessionsAndLinks) {
    const auto ada = add("ada");
    const auto bob = add("bob");
    SessionStore sessions(*database);
    sessions.create({std::string(64, 'a'), ada, now, now + core::Seconds(60), "192.0.2.1"});
    sessions.create({std::string(64, 'b'), bob, now, now + core::Seconds(60), "192.0.2.1"});
    PasswordResetStore(*database).create(std::string(64, 'c'), ada, now + core::Seconds(60),
                                         [](Connection&) {});
    const Change later{"ada", "192.0.2.1", now + core::Seconds(5)};
    ASSERT_TRUE(accounts.update(ada, {.password_hash = "new hash"}, later));
    EXPECT_EQ(accounts.credentials(ada)->password_hash, "new hash");
    EXPECT_EQ(accounts.credentials(ada)->password_changed_ms, core::epoch_ms(later.at));
    EXPECT_EQ(count("sessions"), 1);
    EXPECT_EQ(count("password_resets"), 0);
    const auto audit = AuditStore(*database).list({});
    EXPECT_EQ(audit.items.at(0).after, R"({"password":"changed"})");
}

TEST_F(AccountStoreTest, ALinkSetsOnePassword) {
    const auto ada = add("ada");
    const std::string link(64, 'c');
    PasswordResetStore(*database).create(link, ada, now + core::Seconds(60), [](Connection&) {});
    const Change by_link{"", "192.0.2.9", now + core::Seconds(5)};
    ASSERT_TRUE(accounts.set_password_by_link(link, "new hash", by_link));
    EXPECT_EQ(accounts.credentials(ada)->password_hash, "new hash");
    EXPECT_FALSE(accounts.set_password_by_link(link, "another", by_link));
    EXPECT_EQ(accounts.credentials(ada)->password_hash, "new hash");
    const auto audit = AuditStore(*database).list({});
    EXPECT_EQ(audit.items.at(0).account, "ada");
    EXPECT_EQ(audit.items.at(0).after, R"({"password":"changed"})");
}

TEST_F(AccountStoreTest, ALinkSurvivesAPasswordThatCouldNotBeStored) {
    const auto ada = add("ada");
    const std::string link(64, 'c');
    PasswordResetStore(*database).create(link, ada, now + core::Seconds(60), [](Connection&) {});
    database->execute(
        "CREATE TRIGGER refusal BEFORE UPDATE ON accounts FOR EACH ROW "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'");
    EXPECT_THROW(accounts.set_password_by_link(link, "new hash", by_root), DatabaseError);
    database->execute("DROP TRIGGER refusal");
    EXPECT_TRUE(accounts.set_password_by_link(link, "new hash", by_root));
}

TEST_F(AccountStoreTest, OfTwoPasswordsByOneLinkAtOnceOneIsSet) {
    const auto ada = add("ada");
    for (int round = 0; round < 10; ++round) {
        const std::string link(64, static_cast<char>('a' + round));
        PasswordResetStore(*database).create(link, ada, now + core::Seconds(60), [](Connection&) {});
        bool other = false;
        std::thread at_once(
            [&] { other = AccountStore(*database).set_password_by_link(link, "his", by_root); });
        const bool mine = accounts.set_password_by_link(link, "mine", by_root);
        at_once.join();
        EXPECT_NE(mine, other);
        EXPECT_EQ(accounts.credentials(ada)->password_hash, mine ? "mine" : "his");
    }
}

TEST_F(AccountStoreTest, ANewPasswordEndsTheWaitOfItsName) {
    const auto ada = add("ada");
    LoginFailureStore failures(*database);
    for (const auto* subject : {"name:ada", "name:bob", "address:192.0.2.1"})
        failures.add(subject, now);
    ASSERT_TRUE(accounts.update(ada, {.email = "ada@example.org"}, by_root));
    EXPECT_EQ(count("login_failures"), 3);
    ASSERT_TRUE(accounts.update(ada, {.password_hash = "new hash"}, by_root));
    EXPECT_TRUE(failures.newest("name:ada", 1, now - core::Seconds(60)).empty());
    EXPECT_EQ(count("login_failures"), 2);
}

TEST_F(AccountStoreTest, ADeletedAccountLeavesNothingBehind) {
    add("root", "admin");
    const auto ada = add("ada");
    SessionStore(*database).create({std::string(64, 'a'), ada, now, now + core::Seconds(60), "192.0.2.1"});
    ASSERT_TRUE(ApiTokenStore(*database).create(ada, "t", "full", std::string(64, 'd'), by_root));
    ASSERT_TRUE(accounts.remove(ada, by_root));
    EXPECT_EQ(count("sessions") + count("api_tokens"), 0);
    EXPECT_EQ(accounts.remove(ada, by_root).error().code, ErrorCode::not_found);
    EXPECT_EQ(last_action(), "account.delete");
}

TEST_F(AccountStoreTest, ASearchTakesWildcardsLiterally) {
    add("ada");
    add("bob");
    EXPECT_EQ(accounts.list({1, 10, "ad"}).total, 1);
    EXPECT_EQ(accounts.list({1, 10, "%"}).total, 0);
    EXPECT_EQ(accounts.list({1, 10, "_"}).total, 0);
    EXPECT_EQ(accounts.list({1, 10, "!"}).total, 0);
    EXPECT_EQ(accounts.list({1, 10, "' OR 1=1 -- "}).total, 0);
}

TEST_F(AccountStoreTest, PagesAreCutByTheServer) {
    for (int i = 0; i < 25; ++i)
        add("user" + std::to_string(i));
    const auto page = accounts.list({3, 10, "user"});
    EXPECT_EQ(page.total, 25);
    EXPECT_EQ(page.pages(), 3);
    EXPECT_EQ(page.items.size(), 5u);
    EXPECT_TRUE(accounts.list({4, 10, ""}).items.empty());
}

TEST_F(AccountStoreTest, TheSignInBeforeTheLastOneIsRemembered) {
    const auto ada = add("ada");
    accounts.record_login(ada, {"ada", "192.0.2.7", now}, "form");
    EXPECT_FALSE(accounts.find(ada)->previous_login_ms);
    accounts.record_login(ada, {"ada", "192.0.2.8", now + core::Seconds(1)}, "form");
    EXPECT_EQ(accounts.find(ada)->previous_login_ms, core::epoch_ms(now));
    EXPECT_EQ(accounts.find(ada)->previous_login_address, "192.0.2.7");
}

TEST_F(AccountStoreTest, AnUpdateWithoutAChangeIsNotAudited) {
    const auto ada = add("ada");
    const auto before = count("audit_log");
    ASSERT_TRUE(accounts.update(ada, {.username = "ada", .role = "user"}, by_root));
    EXPECT_EQ(count("audit_log"), before);
}

}  // namespace
}  // namespace silaware::storage
