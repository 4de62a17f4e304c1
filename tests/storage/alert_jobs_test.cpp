#include "alerts/alert_jobs.hpp"
#include "storage/alert_fixture.hpp"

namespace silaware::alerts {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class AlertJobsTest : public tests::AlertsTest {
  protected:
    AlertJobsTest() {
        set("UPDATE alert_settings SET alert_mailreceiver = 'ops@x'");
        listen(true);
    }
    void listen(bool connected) {
        database->execute(
            "REPLACE INTO ingest_counters (spool_id, received, stored, duplicates, quarantined, spooled, "
            "spool_bytes, reconnects, batches, commit_ms_total, connected, updated_ms) VALUES ('s', 0, 0, 0, "
            "0, "
            "0, ?, 0, 0, 0, ?, ?)",
            spool_bytes, connected, core::epoch_ms(now));
    }
    /// Lets time pass as the processes see it: a round every ten seconds.
    void pass(std::chrono::milliseconds time, bool connected = true) {
        for (const auto end = now + time; now < end;) {
            now += seconds(10);
            listen(connected);
            jobs.check(now);
        }
    }
    void hear(const std::string& uid, core::Instant at, std::int64_t usual_ms = 10'000) {
        database->execute(
            "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, usual_interval_ms, "
            "last_climate_ms) "
            "VALUES (?, 0, ?, ?, ?) ON DUPLICATE KEY UPDATE last_seen_ms = VALUES(last_seen_ms), "
            "last_climate_ms = VALUES(last_climate_ms)",
            uid, core::epoch_ms(at), usual_ms, core::epoch_ms(at));
    }

    std::int64_t spool_bytes = 0;
    AlertJobs jobs{*database, options()};
};

TEST_F(AlertJobsTest, ASilentDeviceIsOfflineOnceAndClearedWhenHeard) {
    hear("R1", now);
    pass(minutes(4));
    EXPECT_TRUE(shown().empty());
    pass(minutes(30));
    EXPECT_EQ(subjects(), std::vector<std::string>{"offline R1"});
    hear("R1", now);
    pass(seconds(20));
    EXPECT_TRUE(shown().at(0).cleared_ms);
    EXPECT_EQ(subjects().size(), 1u);
}

TEST_F(AlertJobsTest, SilenceIsMeasuredByTheDevicesOwnRhythm) {
    hear("R1", now, 600'000);
    pass(minutes(59));
    EXPECT_TRUE(shown().empty());
    pass(minutes(3));
    EXPECT_EQ(shown().size(), 1u);
}

TEST_F(AlertJobsTest, ARestartOrAnAbsentBrokerAlarmsNobody) {
    hear("R1", now - hours(2));
    pass(minutes(4));
    EXPECT_TRUE(shown().empty());  // we have only just begun to listen
    pass(minutes(20), false);
    EXPECT_TRUE(shown().empty());
    now += hours(1);  // nobody checked: all processes were down
    pass(minutes(4));
    EXPECT_TRUE(shown().empty());
    pass(minutes(2));
    EXPECT_EQ(shown().size(), 1u);
}

TEST_F(AlertJobsTest, ADeviceHeardWhileTheClockWasAheadIsOfflineWhenItIsSilentNow) {
    hear("R1", now + hours(24 * 30));
    pass(minutes(4));
    EXPECT_TRUE(shown().empty());
    pass(minutes(2));
    EXPECT_EQ(subjects(), std::vector<std::string>{"offline R1"});
}

TEST_F(AlertJobsTest, AClockThatWasAheadKeepsNoAlertBackAndNoneOpen) {
    now += hours(24 * 30);
    hear("R1", now);
    pass(minutes(10));
    ASSERT_EQ(shown().size(), 1u);
    now -= hours(24 * 30);
    hear("R1", now);
    pass(seconds(20));
    EXPECT_TRUE(shown().at(0).cleared_ms);
    pass(minutes(10));
    EXPECT_EQ(shown().size(), 2u);
}

TEST_F(AlertJobsTest, ManyDevicesThatFallSilentLeaveInOneMail) {
    for (int i = 0; i < 40; ++i)
        hear(fmt::format("D{}", i), now);
    pass(minutes(10));
    EXPECT_EQ(subjects(), std::vector<std::string>{"digest 40"});
}

TEST_F(AlertJobsTest, DevicesGoneForWeeksAreNotReported) {
    hear("R1", now - hours(24 * 30));
    pass(minutes(10));
    EXPECT_TRUE(shown().empty());
}

TEST_F(AlertJobsTest, ASensorWithoutNewsOnALiveDeviceIsStale) {
    hear("R1", now);
    set("UPDATE known_devices SET last_seen_ms = last_seen_ms + 600000");
    pass(minutes(6));
    ASSERT_EQ(shown().size(), 1u);
    EXPECT_EQ(shown()[0].kind, "stale");
}

TEST_F(AlertJobsTest, ALowPowerFactorOfTheMonthIsReported) {
    set("INSERT INTO known_devices (id, uid, first_seen_ms, last_seen_ms, last_power_ms) VALUES (5, 'P1', 0, "
        "0, "
        "0)");
    const std::int64_t bucket = core::epoch_ms(now) / 900'000;
    for (int i = 0; i < 10; ++i) {
        database->execute(
            "INSERT INTO quarter_hours (device_id, bucket, energy_kwh, pf_sum, pf_samples) VALUES (5, ?, 2, "
            "8, "
            "10)",
            bucket - i);
    }
    jobs.check(now);
    ASSERT_EQ(shown().size(), 1u);
    EXPECT_EQ(shown()[0].kind, "power_factor");
    EXPECT_NEAR(*shown()[0].value, 0.8, 1e-9);
    EXPECT_EQ(subjects(), std::vector<std::string>{"power_factor P1"});
}

TEST_F(AlertJobsTest, AStuckSensorIsReportedUntilItMoves) {
    hear("R1", now);
    for (int i = 0; i < 48; ++i) {
        database->execute(
            "INSERT INTO temphumid (mac_address, temperature, humidity, timestamp) VALUES ('R1', 21.5, 50, "
            "FROM_UNIXTIME(? / 1000))",
            core::epoch_ms(now - minutes(30 * i)));
    }
    jobs.check(now);
    ASSERT_EQ(shown().size(), 1u);
    EXPECT_EQ(shown()[0].kind, "stuck");
    database->execute(
        "INSERT INTO temphumid (mac_address, temperature, humidity, timestamp) VALUES ('R1', 21.6, 50, "
        "FROM_UNIXTIME(? / 1000))",
        core::epoch_ms(now));
    now += hours(1);
    hear("R1", now);
    jobs.check(now);
    EXPECT_TRUE(shown()[0].cleared_ms);
}

TEST_F(AlertJobsTest, AFillingSpoolIsReported) {
    Options watching = options();
    watching.spool_limit_bytes = 100 << 20;
    AlertJobs other(*database, watching);
    spool_bytes = 60 << 20;
    listen(true);
    other.check(now);
    ASSERT_EQ(shown().size(), 1u);
    EXPECT_EQ(shown()[0].kind, "spool");
    spool_bytes = 30 << 20;
    now += seconds(10);
    listen(true);
    other.check(now);
    EXPECT_TRUE(shown()[0].cleared_ms);
}

}  // namespace
}  // namespace silaware::alerts
