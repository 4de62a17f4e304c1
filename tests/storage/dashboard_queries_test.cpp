#include <gtest/gtest.h>

#include "storage/alert_queries.hpp"
#include "storage/climate_queries.hpp"
#include "storage/climate_store.hpp"
#include "storage/counters_store.hpp"
#include "storage/live_queries.hpp"
#include "storage/maintenance_store.hpp"
#include "storage/quarantine_queries.hpp"
#include "storage/run_queries.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using core::LocalDay;
using namespace date::literals;
using namespace std::chrono_literals;

class DashboardQueriesTest : public testing::Test {
  protected:
    KnownDeviceId add_known(const std::string& uid, std::string_view column) {
        connection->execute("INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, " +
                                std::string(column) + ") VALUES (?, 1, 1000, 1000)",
                            uid);
        return static_cast<KnownDeviceId>(connection->last_insert_id());
    }
    void ran(KnownDeviceId machine, const std::string& day, std::int64_t seconds, std::int64_t cycles = 0) {
        connection->execute("INSERT INTO run_days (device_id, day, run_seconds, cycles) VALUES (?, ?, ?, ?)",
                            machine, day, seconds, cycles);
    }
    std::int64_t add_alert(const std::string& kind, const std::string& device, std::int64_t raised_ms) {
        connection->execute(
            "INSERT INTO alerts (kind, device, message, value, limit_value, raised_ms) VALUES (?, ?, 'too "
            "hot', 31.5, 30, ?)",
            kind, device, raised_ms);
        return static_cast<std::int64_t>(connection->last_insert_id());
    }
    core::Page<ShownAlert> alerts(const AlertFilter& filter, const std::string& search = "") {
        return find_alerts(*connection, filter, {1, 10, search});
    }

    /// Rows and index entries that this connection has read so far.
    std::int64_t rows_read() {
        return *connection->select_one<std::int64_t>(
            "SELECT CAST(SUM(variable_value) AS SIGNED) FROM information_schema.session_status WHERE "
            "variable_name IN ('HANDLER_READ_FIRST', 'HANDLER_READ_KEY', 'HANDLER_READ_LAST', "
            "'HANDLER_READ_NEXT', 'HANDLER_READ_PREV', 'HANDLER_READ_RND', 'HANDLER_READ_RND_NEXT')");
    }
    template <typename Work>
    std::int64_t rows_read_by(Work work) {
        const auto before = rows_read();
        const auto counting = rows_read() - before;
        work();
        return rows_read() - before - 2 * counting;
    }

    const Change change{"admin", "127.0.0.1", core::from_epoch_ms(5000)};
    tests::FreshDatabase database;
    Database::Lease connection = database->acquire();
};

TEST_F(DashboardQueriesTest, RunTimeIsSummedByWindow) {
    const auto machine = add_known("AA:BB:CC:DD:EE:01", "last_run_ms");
    add_known("a meter", "last_power_ms");
    connection->execute(
        "INSERT INTO run_totals (device_id, total_seconds, serviced_at_seconds) VALUES (?, 100000, 40000)",
        machine);
    ran(machine, "2026-01-01", 1, 1);   // Thursday: today, week, month, ytd
    ran(machine, "2025-12-31", 10, 5);  // yesterday, week
    ran(machine, "2025-12-29", 100);    // Monday of the week
    ran(machine, "2025-12-28", 1000);   // none of them
    ran(machine, "2025-01-01", 10000);  // yoy
    ran(machine, "2026-01-02", 500);    // to come
    const auto machines = machine_overviews(*connection, domain::run_windows(LocalDay{2026_y / 1 / 1}));
    ASSERT_EQ(machines.size(), 1u);
    EXPECT_EQ(machines[0].times, (domain::RunTimes{1, 10, 111, 1, 1, 10000, 100000, 1}));
    EXPECT_EQ(machines[0].run_since_service, 60000);
}

TEST_F(DashboardQueriesTest, AServiceResetsTheCountAndIsAudited) {
    const auto machine = add_known("AA:BB:CC:DD:EE:01", "last_run_ms");
    connection->execute(
        "INSERT INTO run_totals (device_id, total_seconds, notified_multiple) VALUES (?, 7200, 2)", machine);
    EXPECT_TRUE(mark_serviced(*database, *core::DeviceId::parse("aabbccddee01"), change));
    EXPECT_FALSE(mark_serviced(*database, *core::DeviceId::parse("nobody"), change));
    const auto machines = machine_overviews(*connection, domain::run_windows(LocalDay{2026_y / 1 / 1}));
    EXPECT_EQ(machines[0].run_since_service, 0);
    EXPECT_EQ(machines[0].times.total, 7200);
    EXPECT_EQ(connection->select_one<std::int64_t>("SELECT COUNT(*) FROM audit_log"), 1);
}

TEST_F(DashboardQueriesTest, WhatIsClearedCostsNothingWhereOpenAlertsAreAskedFor) {
    connection->execute(
        "INSERT INTO alerts (kind, device, message, state, raised_ms, cleared_ms) SELECT 'offline', seq, '', "
        "'cleared', seq, seq + 1 FROM seq_1_to_3000");
    add_alert("offline", "AA:BB:CC:DD:EE:01", 5000);
    for (const char* state : {"raised", "open"}) {
        EXPECT_LT(rows_read_by([&] { EXPECT_EQ(alerts({.state = state}).total, 1); }), 100) << state;
    }
    EXPECT_LT(rows_read_by([&] { EXPECT_EQ(count_open_alerts(*connection), 1); }), 100);
}

TEST_F(DashboardQueriesTest, ClimateIsShownAsMeansOfQuarterHours) {
    const auto sensor = add_known("room", "last_climate_ms");
    connection->execute(
        "INSERT INTO latest_climate (device_id, observed_ms, temperature, humidity) VALUES (?, 1000, 21.5, "
        "NULL)",
        sensor);
    add_climate_quarters(*connection, {{sensor, 99, 1, 1, 1, 1}, {sensor, 100, 40, 2, 0, 0}});
    add_climate_quarters(*connection, {{sensor, 100, 26, 1, 0, 0}});
    const auto sensors = sensor_overviews(*connection);
    ASSERT_EQ(sensors.size(), 1u);
    EXPECT_EQ(sensors[0].temperature, 21.5f);
    const auto quarters = climate_quarters_since(*connection, 100);
    ASSERT_EQ(quarters.size(), 1u);
    EXPECT_EQ(quarters[0].device_id, sensor);
    EXPECT_EQ(quarters[0].bucket, 100);
    EXPECT_EQ(quarters[0].temperature_sum, 66.);
    EXPECT_EQ(quarters[0].temperature_samples, 3);
    EXPECT_EQ(quarters[0].humidity_samples, 0);
}

TEST_F(DashboardQueriesTest, AlertsAreFilteredNewestFirst) {
    connection->execute(
        "INSERT INTO devices (mac_address, mac_key, location) VALUES ('AA:BB:CC:DD:EE:01', "
        "'aa:bb:cc:dd:ee:01', 'Ward 7')");
    const auto first = add_alert("temperature", "AA:BB:CC:DD:EE:01", 1000);
    const auto second = add_alert("maintenance", "AA:BB:CC:DD:EE:02", 2000);
    connection->execute(
        "INSERT INTO alerts (kind, device, message, state) VALUES ('power', 'x', 'not yet', 'pending')");
    connection->execute("UPDATE alerts SET cleared_ms = 3000, state = 'cleared' WHERE id = ?", second);
    const auto all = alerts({});
    EXPECT_EQ(all.total, 2);
    ASSERT_EQ(all.items.size(), 2u);
    EXPECT_EQ(all.items[0].id, second);
    EXPECT_EQ(all.items[1].location, "Ward 7");
    EXPECT_EQ(all.items[1].limit, 30);
    EXPECT_EQ(alerts({.state = "open"}).items.at(0).id, first);
    EXPECT_EQ(alerts({.state = "cleared"}).total, 1);
    EXPECT_EQ(alerts({.kind = "temperature"}).total, 1);
    EXPECT_EQ(alerts({.device = "aa:bb:cc:dd:ee:02"}).total, 1);
    EXPECT_EQ(alerts({}, "ward").total, 1);
    EXPECT_EQ(alerts({}, "100%").total, 0);
}

TEST_F(DashboardQueriesTest, AnAlertIsAcknowledgedOnce) {
    const auto id = add_alert("temperature", "room", 1000);
    EXPECT_TRUE(acknowledge_alert(*database, id, "window opened", change));
    const auto again = acknowledge_alert(*database, id, "me too", change);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, core::ErrorCode::conflict);
    EXPECT_EQ(acknowledge_alert(*database, 999, "", change).error().code, core::ErrorCode::not_found);
    const auto alert = alerts({}).items.at(0);
    EXPECT_EQ(alert.state, "acknowledged");
    EXPECT_EQ(alert.note, "window opened");
    EXPECT_EQ(alert.acknowledged_ms, 5000);
}

TEST_F(DashboardQueriesTest, QuarantinedBytesComeBackAsTheyWere) {
    const std::string bytes("\xff\x00{", 3);
    connection->execute(
        "INSERT INTO quarantine (topic, payload, reason, received_ms) VALUES ('silaware/power', ?, 'not "
        "JSON', 1), ('silaware/utils', 'needle', 'no id', 2)",
        bytes);
    const auto all = find_quarantined(*connection, "", {1, 10, ""});
    EXPECT_EQ(all.total, 2);
    EXPECT_EQ(all.items.at(1).payload, bytes);
    EXPECT_EQ(find_quarantined(*connection, "silaware/power", {1, 10, ""}).total, 1);
    EXPECT_EQ(find_quarantined(*connection, "", {1, 10, "needle"}).items.at(0).reason, "no id");
}

TEST_F(DashboardQueriesTest, ChangedReadingsComeInTheOrderOfWriting) {
    const auto one = add_known("one", "last_power_ms");
    const auto two = add_known("two", "last_power_ms");
    connection->execute(
        "INSERT INTO latest_readings (device_id, observed_ms, received_ms, power, changed) VALUES (?, 1, 1, "
        "5.5, 300), (?, 2, 2, NULL, 200)",
        one, two);
    const auto readings = readings_changed_since(*connection, 200);
    ASSERT_EQ(readings.size(), 2u);
    EXPECT_EQ(readings[0].uid, "two");
    EXPECT_EQ(readings[1].power_w, 5.5f);
    EXPECT_EQ(readings_changed_since(*connection, 201).size(), 1u);
}

}  // namespace
}  // namespace silaware::storage
