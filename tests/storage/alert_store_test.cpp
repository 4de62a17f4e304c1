#include "storage/alert_store.hpp"

#include <gtest/gtest.h>

#include "storage/alert_settings.hpp"
#include "storage/maintenance_store.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using std::chrono::seconds;

class AlertStoreTest : public testing::Test {
  protected:
    NewAlert an_alert(std::optional<core::Instant> raised) const {
        return {"power", "AA:BB:CC:DD:EE:FF", "too much", 12.0, 10.0, now, raised};
    }
    tests::FreshDatabase database;
    Database::Lease connection = database->acquire();
    const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
    const Change change{"admin", "127.0.0.1", now};
};

TEST_F(AlertStoreTest, AConditionIsOpenOnce) {
    const auto first = open_alert(*connection, an_alert(now));
    ASSERT_TRUE(first);
    NewAlert same = an_alert(now);
    same.device = "aa-bb-cc-dd-ee-ff";
    EXPECT_FALSE(open_alert(*connection, same));
    EXPECT_TRUE(clear_alert(*connection, *first, now));
    EXPECT_FALSE(clear_alert(*connection, *first, now));
    const auto second = open_alert(*connection, same);
    ASSERT_TRUE(second);
    EXPECT_NE(*first, *second);
}

TEST_F(AlertStoreTest, PendingIsRaisedOrDropped) {
    const auto id = open_alert(*connection, an_alert(std::nullopt));
    ASSERT_TRUE(id);
    EXPECT_EQ(open_alert(*connection, "power", "AA:BB:CC:DD:EE:FF")->state, "pending");
    EXPECT_FALSE(clear_alert(*connection, *id, now));
    EXPECT_TRUE(raise_alert(*connection, *id, an_alert(now + seconds(60))));
    EXPECT_FALSE(raise_alert(*connection, *id, an_alert(now + seconds(60))));
    EXPECT_FALSE(drop_alert(*connection, *id));
    EXPECT_EQ(open_alerts(*connection, "power").at(0).raised_ms, core::epoch_ms(now + seconds(60)));
}

TEST_F(AlertStoreTest, OneOfTwoReminds) {
    ASSERT_TRUE(open_alert(*connection, an_alert(now)));
    const OpenAlert alert = open_alerts(*connection, "power", "other").at(0);
    EXPECT_TRUE(note_reminder(*connection, alert, 13, now + seconds(1)));
    EXPECT_FALSE(note_reminder(*connection, alert, 13, now + seconds(1)));
}

TEST_F(AlertStoreTest, DigestsTakeAnAlertOnce) {
    const auto id = open_alert(*connection, an_alert(now));
    hold_for_digest(*connection, *id, now + seconds(60));
    EXPECT_TRUE(alerts_for_digest(*connection, now + seconds(59)).empty());
    EXPECT_EQ(alerts_for_digest(*connection, now + seconds(60)).size(), 1u);
    EXPECT_TRUE(take_for_digest(*connection, *id, now));
    EXPECT_FALSE(take_for_digest(*connection, *id, now));
}

TEST_F(AlertStoreTest, ServicedMachinesCountFromZero) {
    const auto machine = core::DeviceId::parse("AA:BB:CC:DD:EE:FF").value();
    EXPECT_EQ(mark_serviced(*database, machine, change).error().code, core::ErrorCode::not_found);
    connection->run_script(
        "INSERT INTO known_devices (id, uid, first_seen_ms, last_seen_ms) VALUES (7, 'AA:BB:CC:DD:EE:FF', 0, "
        "0); INSERT INTO run_totals (device_id, total_seconds, notified_multiple, notified_limit_hours) "
        "VALUES (7, 3600, 2, 0.5)");
    ASSERT_TRUE(mark_serviced(*database, machine, change));
    const auto record = maintenance_record(*connection, 7);
    EXPECT_EQ(record.serviced_at_seconds, 3600);
    EXPECT_EQ(record.state, (domain::MaintenanceState{1'800'000, 0}));
}

TEST_F(AlertStoreTest, SettingsAreKeptAndAudited) {
    const auto eight_degrees = [](DeviceLimits& limits) -> core::Result<void> {
        limits.max_temperature = 8.f;
        return {};
    };
    const auto settings = [](AlertSettings& all) -> core::Result<void> {
        all = {"ops@x.id", "id", 1320, 360, "https://hook.x/in", "s3cret"};
        return {};
    };
    EXPECT_EQ(change_device_limits(*database, "AA:BB:CC:DD:EE:00", eight_degrees, change).error().code,
              core::ErrorCode::not_found);
    ASSERT_TRUE(change_alert_settings(*database, settings, change));
    connection->run_script(
        "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms) VALUES ('AA:BB:CC:DD:EE:FF', 0, 0)");
    ASSERT_TRUE(change_device_limits(*database, "AA:BB:CC:DD:EE:FF", eight_degrees, change));
    const AlertRules rules = read_alert_rules(*connection);
    EXPECT_EQ(rules.alerts.quiet_from_minute, 1320);
    EXPECT_EQ(rules.alerts.webhook_secret, "s3cret");
    EXPECT_EQ(rules.site.max_temperature, 30.f);
    ASSERT_EQ(rules.limits.size(), 1u);
    EXPECT_EQ(rules.limits.begin()->second.max_temperature, 8.f);
    EXPECT_EQ(connection->select_one<std::int64_t>(
                  "SELECT COUNT(*) FROM audit_log WHERE after_value LIKE '%s3cret%'"),
              0);
}

}  // namespace
}  // namespace silaware::storage
