#include <thread>

#include "storage/alert_fixture.hpp"
#include "storage/maintenance_store.hpp"

namespace silaware::alerts {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class AlertIngestTest : public tests::AlertsTest {
  protected:
    void climate(std::vector<ClimateFact> facts) { climate(*ingest, facts); }
    void climate(AlertIngest& by, const std::vector<ClimateFact>& facts) {
        database->transaction(
            [&](storage::Connection& connection) { by.on_climate(connection, facts, now); });
    }
    ClimateFact reading(std::optional<float> temperature, std::optional<float> humidity = {}) const {
        return {1, "R1", now, temperature, humidity};
    }
    void run(std::int64_t before, std::int64_t after, std::uint32_t id = 1) {
        const std::vector<RunGrowth> growth = {{id, fmt::format("M{}", id), before, after}};
        database->transaction([&](storage::Connection& connection) {
            connection.execute(
                "INSERT INTO run_totals (device_id, total_seconds) VALUES (?, ?) ON DUPLICATE "
                "KEY UPDATE total_seconds = VALUES(total_seconds)",
                id, after);
            ingest->on_runs(connection, growth, now);
        });
    }
    void power(double watts) {
        const std::vector<PowerFact> facts = {{3, "P1", now, watts}};
        database->transaction(
            [&](storage::Connection& connection) { ingest->on_power(connection, facts, now); });
    }
    std::int64_t logged() {
        return database->select_one<std::int64_t>("SELECT COUNT(*) FROM utils_notification_log").value();
    }
    using Subjects = std::vector<std::string>;

    std::unique_ptr<AlertIngest> ingest = std::make_unique<AlertIngest>(options());
};

TEST_F(AlertIngestTest, TenThousandReadingsOverTheLimitGiveOneMail) {
    for (int batch = 0; batch < 10; ++batch) {
        now += seconds(10);
        climate(std::vector<ClimateFact>(1000, reading(31.5f)));
    }
    EXPECT_EQ(subjects(), (Subjects{"climate T R1"}));
    const auto alerts = shown();
    ASSERT_EQ(alerts.size(), 1u);
    EXPECT_EQ(alerts[0].kind, "temperature");
    EXPECT_EQ(alerts[0].value, 31.5);
    EXPECT_EQ(alerts[0].limit, 30.0);
    EXPECT_TRUE(alerts[0].notified_ms);
}

TEST_F(AlertIngestTest, TheMailSaysWhereWhatAndForWhom) {
    set("INSERT INTO accounts (username, email, email_key, password, language) VALUES ('b', 'b@x', 'b@x', "
        "'', "
        "'id')");
    climate({reading(31.5f)});
    struct Row {
        std::string receivers, copies, sender, text;
    };
    const auto rows =
        database->select<Row>("SELECT receivers, copies, sender, text_body FROM outbox ORDER BY id");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].receivers, "a@x");
    EXPECT_EQ(rows[0].copies, "cc@x");
    EXPECT_EQ(rows[0].sender, "silaware@x");
    EXPECT_EQ(rows[0].text, "31.5 above 30 in Ruang Arsip: https://portal.x/login/alerts (en)");
    EXPECT_EQ(rows[1].receivers, "b@x");
    EXPECT_EQ(rows[1].copies, "");
    EXPECT_TRUE(rows[1].text.ends_with("(id)"));
}

TEST_F(AlertIngestTest, RemindsEveryHourUntilHalfADegreeBelow) {
    climate({reading(31)});
    now += minutes(59);
    climate({reading(31)});
    EXPECT_EQ(subjects().size(), 1u);
    now += minutes(1);
    climate({reading(29.6f)});
    climate({reading(31)});
    EXPECT_EQ(subjects(), (Subjects{"climate T R1", "reminder T R1"}));
    now += seconds(1);
    climate({reading(29.5f)});
    EXPECT_TRUE(shown()[0].cleared_ms);
    now += seconds(1);
    climate({reading(30)});
    EXPECT_EQ(subjects().size(), 2u);
    now += seconds(1);
    climate({reading(30.1f)});
    EXPECT_EQ(subjects().size(), 3u);
    EXPECT_EQ(shown().size(), 2u);
}

TEST_F(AlertIngestTest, AnAlertRaisedWhileTheClockWasAheadGoesOnFromNow) {
    now += std::chrono::hours(24 * 30);
    climate({reading(31)});
    now -= std::chrono::hours(24 * 30);
    climate({reading(31)});
    EXPECT_EQ(subjects(), (Subjects{"climate T R1"}));
    now += minutes(1);
    climate({reading(25)});
    EXPECT_TRUE(shown()[0].cleared_ms);
}

TEST_F(AlertIngestTest, ABacklogOfHoursRemindsOnce) {
    std::vector<ClimateFact> facts;
    for (int minute = 360; minute > 0; --minute)
        facts.push_back({1, "R1", now - minutes(minute), 33.f, std::nullopt});
    climate(facts);
    climate({reading(33)});
    EXPECT_EQ(subjects().size(), 1u);
    EXPECT_EQ(shown()[0].raised_ms, core::epoch_ms(now - minutes(360)));
}

TEST_F(AlertIngestTest, BothLimitsPassedAtOnceLeaveInOneMail) {
    climate({reading(31, 80)});
    EXPECT_EQ(subjects(), (Subjects{"digest 2"}));
    EXPECT_EQ(shown().size(), 2u);
}

TEST_F(AlertIngestTest, AnAcknowledgedAlertRemindsNobody) {
    climate({reading(31)});
    ASSERT_TRUE(storage::acknowledge_alert(*database, shown()[0].id, "seen", {"admin", "", now}));
    now += minutes(90);
    climate({reading(31)});
    EXPECT_EQ(subjects().size(), 1u);
}

TEST_F(AlertIngestTest, ADevicesOwnLimitBeatsTheGeneralOne) {
    set("INSERT INTO device_limits (uid, max_temperature) VALUES ('r1', 8)");
    climate({reading(9)});
    climate({{2, "R2", now, 9.f, std::nullopt}});
    EXPECT_EQ(subjects(), (Subjects{"climate T R1"}));
}

TEST_F(AlertIngestTest, WithoutReceiversTheAlertIsRecordedAlone) {
    set("UPDATE settings SET temphumid_mailreceiver = ' '");
    climate({reading(31)});
    now += minutes(61);
    climate({reading(31)});
    EXPECT_TRUE(subjects().empty());
    ASSERT_EQ(shown().size(), 1u);
    EXPECT_FALSE(shown()[0].notified_ms);
}

TEST_F(AlertIngestTest, WithoutAMaximumNothingIsRaised) {
    set("UPDATE settings SET max_temperature = NULL");
    climate({reading(99)});
    EXPECT_TRUE(shown().empty());
}

TEST_F(AlertIngestTest, TwoProcessesThatSeeItAtOnceSendOneMail) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this] {
            AlertIngest own(options());
            for (int j = 0; j < 20; ++j)
                climate(own, {reading(31)});
        });
    }
    threads.clear();
    EXPECT_EQ(subjects().size(), 1u);
    EXPECT_EQ(shown().size(), 1u);
}

TEST_F(AlertIngestTest, AFewAtOnceLeaveInAMailEach) {
    std::vector<ClimateFact> facts;
    for (std::uint32_t i = 1; i <= 20; ++i)
        facts.push_back({i, fmt::format("room {}", i), now, 35.f, std::nullopt});
    climate(facts);
    EXPECT_EQ(subjects().size(), 20u);
}

TEST_F(AlertIngestTest, ManyAtOnceLeaveInOneMail) {
    std::vector<ClimateFact> facts;
    for (std::uint32_t i = 1; i <= 50; ++i)
        facts.push_back({i, fmt::format("room {}", i), now, 35.f, std::nullopt});
    climate(facts);
    EXPECT_EQ(subjects(), (Subjects{"digest 50"}));
    EXPECT_EQ(shown().size(), 50u);
    EXPECT_TRUE(shown()[0].notified_ms);
}

TEST_F(AlertIngestTest, ADigestCountsTheAlertsThatItHasNoRoomFor) {
    std::vector<domain::ClimateFact> facts;
    for (std::uint32_t i = 1; i <= 250; ++i)
        facts.push_back({i, fmt::format("room {}", i), now, 35.f, std::nullopt});
    climate(facts);
    EXPECT_EQ(subjects(), (Subjects{"digest 200 + 50"}));
}

TEST_F(AlertIngestTest, AFloodOverManyBatchesEndsInADigest) {
    for (std::uint32_t i = 1; i <= 50; ++i) {
        now += seconds(1);
        climate({{i, fmt::format("room {}", i), now, 35.f, std::nullopt}});
    }
    EXPECT_EQ(subjects().size(), static_cast<std::size_t>(flood_mails));
    const Options mailing = options();
    database->transaction([&](storage::Connection& connection) {
        Notifier(mailing).send_digests(connection, storage::read_alert_rules(connection), now + minutes(2));
    });
    EXPECT_EQ(subjects().back(), "digest 30");
}

TEST_F(AlertIngestTest, WhatIsRolledBackSendsNothing) {
    EXPECT_THROW(database->transaction([&](storage::Connection& connection) {
        ingest->on_climate(connection, std::vector{reading(31)}, now);
        throw std::runtime_error("killed");
    }),
                 std::runtime_error);
    EXPECT_TRUE(subjects().empty());
    climate({reading(31)});
    EXPECT_EQ(subjects().size(), 1u);
}

TEST_F(AlertIngestTest, TheHighestMultiplePassedIsNotifiedOnceAndLogged) {
    run(0, 35'999);
    EXPECT_EQ(logged(), 0);
    run(35'999, 36'000);
    run(36'000, 36'001);
    EXPECT_EQ(subjects(), (Subjects{"maintenance M1"}));
    run(36'001, 36'000 * 4 + 5);
    EXPECT_EQ(subjects().size(), 2u);
    struct Row {
        std::string mac;
        std::int64_t multiple, total;
    };
    const auto log = database->select<Row>(
        "SELECT mac_address, multiple, total_run FROM utils_notification_log ORDER BY id");
    ASSERT_EQ(log.size(), 2u);
    EXPECT_EQ(log[1].mac, "M1");
    EXPECT_EQ(log[1].multiple, 4);
    EXPECT_EQ(log[1].total, 36'000 * 4 + 5);
    EXPECT_EQ(storage::find_alerts(*database->acquire(), {.state = "open"}, {}).total, 1);
}

TEST_F(AlertIngestTest, ANewMaintenanceLimitSendsNothingByItself) {
    run(0, 36'000);
    set("UPDATE settings SET utils_min_duration = 0.5");
    run(36'000, 36'001);
    EXPECT_EQ(subjects().size(), 1u);
    run(36'001, 37'800);
    EXPECT_EQ(subjects().size(), 2u);
}

TEST_F(AlertIngestTest, AServicedMachineCountsFromZero) {
    set("INSERT INTO known_devices (id, uid, first_seen_ms, last_seen_ms) VALUES (1, 'M1', 0, 0)");
    run(0, 36'000);
    ASSERT_TRUE(storage::mark_serviced(*database, core::DeviceId::parse("m1").value(), {"admin", "", now}));
    EXPECT_TRUE(shown()[0].cleared_ms);
    run(36'000, 71'999);
    EXPECT_EQ(subjects().size(), 1u);
    run(71'999, 72'000);
    EXPECT_EQ(subjects().size(), 2u);
}

TEST_F(AlertIngestTest, PowerMustStayOverItsRatingForAMinute) {
    set("UPDATE alert_settings SET alert_mailreceiver = 'ops@x'; INSERT INTO devices (mac_address, mac_key, "
        "rated_power_w) VALUES ('P1', 'p1', 1000)");
    power(1500);
    now += seconds(30);
    power(900);
    now += seconds(5);
    power(1500);
    EXPECT_TRUE(shown().empty());
    now += seconds(60);
    power(1400);
    EXPECT_EQ(subjects(), (Subjects{"power P1"}));
    now += seconds(1);
    power(960);
    EXPECT_FALSE(shown()[0].cleared_ms);
    now += seconds(1);
    power(950);
    EXPECT_TRUE(shown()[0].cleared_ms);
}

TEST_F(AlertIngestTest, QuietHoursHoldBackWhatCanWait) {
    set("UPDATE alert_settings SET quiet_from_minute = 840, quiet_to_minute = 960");  // 14:00 to 16:00
    run(0, 36'000);
    climate({reading(31)});
    const auto times = database->select<std::int64_t>("SELECT next_attempt_ms FROM outbox ORDER BY id");
    ASSERT_EQ(times.size(), 2u);
    EXPECT_EQ(times[0], core::epoch_ms(now + minutes(60)));
    EXPECT_EQ(times[1], 0);
}

TEST_F(AlertIngestTest, WebhooksTellOfRaisedAndCleared) {
    set("UPDATE alert_settings SET webhook_url = 'https://hook.x'");
    climate({reading(31)});
    now += seconds(1);
    climate({reading(20)});
    const auto calls =
        database->select<std::string>("SELECT text_body FROM outbox WHERE kind = 'webhook' ORDER BY id");
    ASSERT_EQ(calls.size(), 2u);
    EXPECT_NE(calls[0].find(R"("event":"raised")"), std::string::npos);
    EXPECT_NE(calls[0].find(R"("location":"Ruang Arsip")"), std::string::npos);
    EXPECT_NE(calls[1].find(R"("event":"cleared")"), std::string::npos);
}

TEST_F(AlertIngestTest, ChangedSettingsCountWithinThreeSeconds) {
    climate({reading(29)});
    set("UPDATE settings SET max_temperature = 25");
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    climate({reading(29)});
    EXPECT_EQ(subjects().size(), 1u);
}

}  // namespace
}  // namespace silaware::alerts
