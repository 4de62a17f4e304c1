#include "storage/upgrade_accounts.hpp"

#include <gtest/gtest.h>

#include "auth/password.hpp"
#include "storage/account_store.hpp"
#include "storage/device_store.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

class UpgradeAccountsTest : public testing::Test {
  protected:
    void account(const std::string& name, const std::string& email, const std::string& password) {
        database->execute("INSERT INTO accounts (username, email, password, role) VALUES (?, ?, ?, 'admin')",
                          name, email, password);
    }
    void device(const std::string& address) {
        database->execute("INSERT INTO devices (mac_address) VALUES (?)", address);
    }
    tests::FreshDatabase database;
};

TEST_F(UpgradeAccountsTest, NamesUsedTwiceAreKeptAndReported) {
    account("Ada", "ada@example.com", "h");
    account("bob", "ADA@example.com", "h");
    account("ADA", "", "h");
    account("eve", "", "h");
    const auto notes = fill_account_keys(*database);
    EXPECT_EQ(notes.changed, 4);  // three names, one address
    ASSERT_EQ(notes.problems.size(), 2u);
    EXPECT_NE(notes.problems[0].find("accounts 1 and 3"), std::string::npos) << notes.problems[0];
    EXPECT_NE(notes.problems[1].find("accounts 1 and 2"), std::string::npos) << notes.problems[1];
    EXPECT_EQ(AccountStore(*database).list({}).total, 4);
    EXPECT_EQ(fill_account_keys(*database).changed, 0);
}

TEST_F(UpgradeAccountsTest, DevicesGetTheirOneSpelling) {
    device("aa-bb-cc-dd-ee-ff");
    device("AABBCCDDEEFF");
    device(" pump 7 ");
    const auto notes = fill_device_keys(*database);
    EXPECT_EQ(notes.changed, 2);
    ASSERT_EQ(notes.problems.size(), 1u);
    const auto devices = DeviceStore(*database).all("").items;
    EXPECT_EQ(devices.at(0).mac_address, "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(devices.at(1).mac_address, "AA:BB:CC:DD:EE:FF");
    EXPECT_EQ(devices.at(2).mac_address, "pump 7");
}

TEST_F(UpgradeAccountsTest, OldPasswordsAreStretchedAndStillGood) {
    account("ada", "ada@example.com", auth::sha256_hex("old password"));
    account("bob", "bob@example.com", "not a hash");
    std::int64_t told = 0;
    EXPECT_EQ(wrap_bare_passwords(*database, [&](std::int64_t done, std::int64_t) { told = done; }).changed,
              1);
    EXPECT_EQ(told, 1);
    const auto stored = AccountStore(*database).credentials("ada").at(0).password_hash;
    EXPECT_EQ(auth::verify_password("old password", stored, auth::PasswordStorage::pbkdf2),
              auth::Verdict::right);
    EXPECT_EQ(wrap_bare_passwords(*database, [](std::int64_t, std::int64_t) {}).changed, 0);
}

}  // namespace
}  // namespace silaware::storage
