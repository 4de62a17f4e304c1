#include "storage/settings_store.hpp"

#include <gtest/gtest.h>

#include <thread>

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
    void write(const SiteSettings& wanted) {
        const auto edit = [&](AllSettings& all) -> core::Result<void> {
            all.site = wanted;
            return {};
        };
        ASSERT_TRUE(settings.change(edit, by_root));
    }
    tests::FreshDatabase database;
    SettingsStore settings;
};

TEST_F(SettingsStoreTest, ComeBackAsTheyWereWritten) {
    auto wanted = settings.read();
    wanted.max_temperature = 27.3f;
    wanted.mail_sender = "silaware@example.com";
    wanted.cc_mailreceiver = "a@b.co, c@d.ef";
    write(wanted);
    EXPECT_EQ(settings.read().max_temperature, 27.3f);
    EXPECT_EQ(settings.read().mail_sender, "silaware@example.com");
    const auto audit = AuditStore(*database).list({});
    ASSERT_EQ(audit.total, 1);
    EXPECT_EQ(audit.items[0].before, R"({"cc_mailreceiver":"","mail_sender":"","max_temperature":"30"})");
    EXPECT_EQ(
        audit.items[0].after,
        R"({"cc_mailreceiver":"a@b.co, c@d.ef","mail_sender":"silaware@example.com","max_temperature":"27.3"})");
}

TEST_F(SettingsStoreTest, WhatIsRefusedChangesNothing) {
    const auto refuse = [](AllSettings& all) -> core::Result<void> {
        all.site.max_temperature = 99.f;
        all.monthly_mailreceiver = "a@b.co";
        return core::fail(core::ErrorCode::invalid, "no");
    };
    EXPECT_EQ(settings.change(refuse, by_root).error().message, "no");
    EXPECT_EQ(settings.read().max_temperature, 30.f);
    EXPECT_EQ(settings.read_all().monthly_mailreceiver, "");
}

TEST_F(SettingsStoreTest, WhatCantBeStoredLeavesNothingBehind) {
    const auto too_long = [](AllSettings& all) -> core::Result<void> {
        all.site.max_temperature = 99.f;
        all.monthly_mailreceiver = std::string(70'000, 'a');
        return {};
    };
    EXPECT_THROW(settings.change(too_long, by_root), DatabaseError);
    EXPECT_EQ(settings.read().max_temperature, 30.f);
}

TEST_F(SettingsStoreTest, OfTwoWhoSaveAtOnceEachKeepsWhatHeChanged) {
    const auto warmer = [](AllSettings& all) -> core::Result<void> {
        *all.site.max_temperature += 1.f;
        return {};
    };
    const auto wetter = [](AllSettings& all) -> core::Result<void> {
        *all.site.max_humidity += 1.f;
        return {};
    };
    const auto before = settings.read();
    constexpr int rounds = 20;
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i)
            SettingsStore(*database).change(wetter, by_root).value();
    });
    for (int i = 0; i < rounds; ++i)
        settings.change(warmer, by_root).value();
    other.join();
    EXPECT_EQ(settings.read().max_temperature, *before.max_temperature + rounds);
    EXPECT_EQ(settings.read().max_humidity, *before.max_humidity + rounds);
}

TEST_F(SettingsStoreTest, WithoutAChangeNothingIsAudited) {
    write(settings.read());
    EXPECT_EQ(AuditStore(*database).list({}).total, 0);
}

TEST_F(SettingsStoreTest, UnderANewLimitThePassedMultiplesCountAsNotified) {
    database->execute(
        "INSERT INTO run_totals (device_id, total_seconds, serviced_at_seconds) VALUES (1, 40000, 3600)");
    auto wanted = settings.read();
    wanted.max_humidity = 55.f;
    write(wanted);
    EXPECT_FALSE(notified().limit_hours);
    wanted.utils_min_duration = 2.5f;
    write(wanted);
    EXPECT_EQ(notified().multiple, 4);  // 36,400 s of 9,000 s each
    EXPECT_EQ(notified().limit_hours, 2.5);
}

TEST_F(SettingsStoreTest, RunTimeThatNoMachineHasIsNoObstacle) {
    database->execute("INSERT INTO run_totals (device_id, total_seconds) VALUES (1, 9000000000000000000)");
    auto wanted = settings.read();
    wanted.utils_min_duration = 1.f;
    write(wanted);
    EXPECT_EQ(notified().multiple, (std::int64_t{1} << 52) / 3600);
}

TEST_F(SettingsStoreTest, ALostRowIsMadeAgain) {
    database->execute("DELETE FROM settings");
    EXPECT_FALSE(settings.read().max_temperature);
    write({.max_temperature = 30.f});
    EXPECT_EQ(settings.read().max_temperature, 30.f);
}

TEST_F(SettingsStoreTest, SeveralLongListsAreSavedAndAuditedTogether) {
    const std::string list(50'000, 'a');
    const auto lengthen = [&](AllSettings& all) -> core::Result<void> {
        all.site.utils_mailreceiver = all.site.temphumid_mailreceiver = all.site.cc_mailreceiver =
            all.monthly_mailreceiver = list;
        return {};
    };
    EXPECT_EQ(settings.change(lengthen, by_root).value().monthly_mailreceiver, list);
    const auto entry = AuditStore(*database).list({}).items.at(0);
    EXPECT_GT(entry.after.value().size(), 4 * list.size());
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
