#include "storage/settings_store.hpp"

#include <gtest/gtest.h>

#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

const Change by_root{"root", "192.0.2.1", core::from_epoch_ms(1'800'000'000'000)};

struct Notified {
    std::int64_t multiple;
    std::optional<double> limit_hours;
};

class SettingsStoreTest : public testing::Test {
  protected:
    SettingsStoreTest() : settings(*database) {}
    Notified notified() {
        return *database->select_one<Notified>(
            "SELECT notified_multiple, notified_limit_hours FROM run_totals");
    }
    tests::FreshDatabase database;
    SettingsStore settings;
};

TEST_F(SettingsStoreTest, ComeBackAsTheyWereWritten) {
    auto wanted = settings.read();
    wanted.max_temperature = 27.3f;
    wanted.mail_sender = "silaware@example.com";
    wanted.cc_mailreceiver = "a@b.co, c@d.ef";
    settings.write(wanted, by_root);
    EXPECT_EQ(settings.read().max_temperature, 27.3f);
    EXPECT_EQ(settings.read().mail_sender, "silaware@example.com");
    const auto audit = AuditStore(*database).list({});
    ASSERT_EQ(audit.total, 1);
    EXPECT_EQ(audit.items[0].before, R"({"cc_mailreceiver":"","mail_sender":"","max_temperature":"30"})");
    EXPECT_EQ(
        audit.items[0].after,
        R"({"cc_mailreceiver":"a@b.co, c@d.ef","mail_sender":"silaware@example.com","max_temperature":"27.3"})");
}

TEST_F(SettingsStoreTest, WithoutAChangeNothingIsAudited) {
    settings.write(settings.read(), by_root);
    EXPECT_EQ(AuditStore(*database).list({}).total, 0);
}

TEST_F(SettingsStoreTest, UnderANewLimitThePassedMultiplesCountAsNotified) {
    database->execute(
        "INSERT INTO run_totals (device_id, total_seconds, serviced_at_seconds) VALUES (1, 40000, 3600)");
    auto wanted = settings.read();
    wanted.max_humidity = 55.f;
    settings.write(wanted, by_root);
    EXPECT_FALSE(notified().limit_hours);
    wanted.utils_min_duration = 2.5f;
    settings.write(wanted, by_root);
    EXPECT_EQ(notified().multiple, 4);  // 36,400 s of 9,000 s each
    EXPECT_EQ(notified().limit_hours, 2.5);
}

TEST_F(SettingsStoreTest, RunTimeThatNoMachineHasIsNoObstacle) {
    database->execute("INSERT INTO run_totals (device_id, total_seconds) VALUES (1, 9000000000000000000)");
    auto wanted = settings.read();
    wanted.utils_min_duration = 1.f;
    settings.write(wanted, by_root);
    EXPECT_EQ(notified().multiple, (std::int64_t{1} << 52) / 3600);
}

TEST_F(SettingsStoreTest, ALostRowIsMadeAgain) {
    database->execute("DELETE FROM settings");
    EXPECT_FALSE(settings.read().max_temperature);
    settings.write({.max_temperature = 30.f}, by_root);
    EXPECT_EQ(settings.read().max_temperature, 30.f);
}

TEST(Audit, TextsAreKeptWhateverTheyHold) {
    tests::FreshDatabase database;
    database->transaction([&](Connection& connection) {
        record_audit(connection, {std::string(300, 'x'), "192.0.2.1", by_root.at}, "test",
                     "a\"b\\c\n<script>", {{"k", "a\"b\\c\n\x01"}}, {{"k", "naïve"}});
    });
    const auto entry = AuditStore(*database).list({}).items.at(0);
    EXPECT_EQ(entry.account.size(), 255u);
    EXPECT_EQ(entry.before, R"({"k":"a\"b\\c\u000a\u0001"})");
    EXPECT_EQ(AuditStore(*database).list({1, 10, "%"}).total, 0);
    EXPECT_EQ(AuditStore(*database).list({1, 10, "script"}).total, 1);
}

}  // namespace
}  // namespace silaware::storage
