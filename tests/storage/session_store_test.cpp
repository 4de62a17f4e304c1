#include "storage/session_store.hpp"

#include <gtest/gtest.h>

#include "storage/account_store.hpp"
#include "storage/api_token_store.hpp"
#include "storage/login_failure_store.hpp"
#include "storage/password_reset_store.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
const Change by_root{"root", "192.0.2.1", now};
const std::string hash(64, 'a');
constexpr core::Seconds idle{600};

class SessionStoreTest : public testing::Test {
  protected:
    SessionStoreTest()
        : sessions(*database),
          account(AccountStore(*database).create({"ada", "ada@example.com", "admin", "h"}, by_root).value()) {
        sessions.create({hash, account, now, now + core::Seconds(3600), "192.0.2.1"});
    }
    tests::FreshDatabase database;
    SessionStore sessions;
    std::int64_t account;
};

TEST_F(SessionStoreTest, ASessionIsItsAccountAsItIsNow) {
    EXPECT_EQ(sessions.use(hash, now, idle)->role, "admin");
    database->execute("UPDATE accounts SET role = 'user'");
    EXPECT_EQ(sessions.use(hash, now, idle)->role, "user");
    database->execute("DELETE FROM accounts");
    EXPECT_FALSE(sessions.use(hash, now, idle));
}

TEST_F(SessionStoreTest, ItEndsWhenItWasIdleForTooLong) {
    EXPECT_TRUE(sessions.use(hash, now + core::Seconds(500), idle));
    EXPECT_TRUE(sessions.use(hash, now + core::Seconds(1000), idle));
    EXPECT_FALSE(sessions.use(hash, now + core::Seconds(1600), idle));
}

TEST_F(SessionStoreTest, ItEndsAtItsTimeHoweverBusy) {
    for (int second = 0; second < 3600; second += 300) {
        EXPECT_TRUE(sessions.use(hash, now + core::Seconds(second), idle)) << second;
    }
    EXPECT_FALSE(sessions.use(hash, now + core::Seconds(3600), idle));
    sessions.sweep(now + core::Seconds(3600));
    EXPECT_EQ(database->select_one<std::int64_t>("SELECT COUNT(*) FROM sessions"), 0);
}

TEST_F(SessionStoreTest, ItCanBeEnded) {
    EXPECT_EQ(sessions.end(hash), "ada");
    EXPECT_FALSE(sessions.use(hash, now, idle));
    EXPECT_FALSE(sessions.end(hash));
}

TEST_F(SessionStoreTest, AnApiTokenIsItsOwnersAlone) {
    ApiTokenStore tokens(*database);
    const auto token = tokens.create(account, "export", "read", hash, by_root);
    ASSERT_TRUE(token);
    EXPECT_EQ(tokens.use(hash, now)->scope, "read");
    EXPECT_EQ(tokens.list(account).at(0).last_used_ms, core::epoch_ms(now));
    EXPECT_FALSE(tokens.remove(account + 1, token->id, by_root));
    EXPECT_TRUE(tokens.remove(account, token->id, by_root));
    EXPECT_FALSE(tokens.use(hash, now));
}

TEST_F(SessionStoreTest, AResetLinkWorksOnceAndNotForEver) {
    PasswordResetStore resets(*database);
    int mails = 0;
    resets.create(hash, account, now + core::Seconds(60), [&](Connection&) { ++mails; });
    EXPECT_EQ(mails, 1);
    EXPECT_FALSE(resets.find(hash, now + core::Seconds(60)));
    EXPECT_EQ(resets.find(hash, now), account);
    EXPECT_TRUE(take_reset(*database->acquire(), hash, now));
    EXPECT_FALSE(take_reset(*database->acquire(), hash, now));
    EXPECT_FALSE(resets.find(hash, now));
}

TEST_F(SessionStoreTest, ALaterResetLinkReplacesTheEarlierOne) {
    PasswordResetStore resets(*database);
    const std::string other(64, 'b');
    resets.create(hash, account, now + core::Seconds(60), [](Connection&) {});
    resets.create(other, account, now + core::Seconds(60), [](Connection&) {});
    EXPECT_FALSE(resets.find(hash, now));
    EXPECT_TRUE(resets.find(other, now));
}

TEST_F(SessionStoreTest, FailuresAreCountedNewestFirst) {
    LoginFailureStore failures(*database);
    for (int i = 0; i < 5; ++i)
        failures.add("name:ada", now + core::Seconds(i));
    failures.add("name:bob", now);
    const auto newest = failures.newest("name:ada", 3, now);
    ASSERT_EQ(newest.size(), 3u);
    EXPECT_EQ(newest.front(), now + core::Seconds(4));
    EXPECT_EQ(failures.newest("name:ada", 9, now + core::Seconds(3)).size(), 1u);
    failures.forget("name:ada");
    EXPECT_TRUE(failures.newest("name:ada", 3, now).empty());
    failures.sweep(now + core::Seconds(1));
    EXPECT_TRUE(failures.newest("name:bob", 3, now - core::Seconds(9)).empty());
}

}  // namespace
}  // namespace silaware::storage
