#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/clock.hpp"
#include "storage/energy_queries.hpp"
#include "storage/meter_queries.hpp"
#include "storage/reading_queries.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using core::LocalDay;
using namespace date::literals;

constexpr const char* meter = "AA:BB:CC:DD:EE:01";

class BoardQueriesTest : public testing::Test {
  protected:
    /// A device that reported power at `at_ms`; its id.
    KnownDeviceId add_meter(const std::string& uid, std::int64_t at_ms) {
        connection->execute(
            "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, last_power_ms) VALUES (?, 1, ?, ?)",
            uid, at_ms, at_ms);
        return static_cast<KnownDeviceId>(connection->last_insert_id());
    }
    void register_device(const std::string& uid, const std::string& location) {
        connection->execute(
            "INSERT INTO devices (mac_address, mac_key, mcu_type, location) VALUES (?, LOWER(?), 'ESP32', ?)",
            uid, uid, location);
    }
    core::DeviceId id(const std::string& text) { return *core::DeviceId::parse(text); }

    tests::FreshDatabase database;
    Database::Lease connection = database->acquire();
};

TEST_F(BoardQueriesTest, AMeterThatReportedIsListedRegisteredOrNot) {
    add_meter(meter, 1000);
    add_meter("unregistered", 2000);
    register_device(meter, "Ward 1");
    register_device("AA:BB:CC:DD:EE:99", "never reported");
    const auto meters = meter_overviews(*connection);
    ASSERT_EQ(meters.size(), 2u);
    EXPECT_EQ(meters[0].uid, meter);
    EXPECT_EQ(meters[0].location, "Ward 1");
    EXPECT_EQ(meters[1].location, "");
    EXPECT_FALSE(meters[0].power_w);
}

TEST_F(BoardQueriesTest, ADeviceIsFoundInAnySpellingOfItsId) {
    add_meter(meter, 1000);
    register_device("AA:BB:CC:DD:EE:99", "Roof");
    EXPECT_TRUE(find_device(*connection, id("aabbccddee01")));
    const auto silent = find_device(*connection, id("aa-bb-cc-dd-ee-99"));
    ASSERT_TRUE(silent);
    EXPECT_FALSE(silent->id);
    EXPECT_EQ(silent->location, "Roof");
    EXPECT_FALSE(find_device(*connection, id("AA:BB:CC:DD:EE:55")));
}

TEST_F(BoardQueriesTest, TheLastReadingsComeOldestFirstAndEqualTimesByReceipt) {
    for (int i = 0; i < 25; ++i) {
        connection->execute(
            "INSERT INTO power_monitoring (uid, rtc, voltage, observed_ms) VALUES (?, '2026-11-23 08:00:00', "
            "?, ?)",
            meter, 220.1f + static_cast<float>(i), 1000 + i / 2);
    }
    const auto readings = last_readings(*connection, meter, 20, core::clock_now());
    ASSERT_EQ(readings.size(), 20u);
    EXPECT_EQ(readings.front().voltage, 225.1f);
    EXPECT_EQ(readings.back().voltage, 244.1f);
    EXPECT_EQ(readings.back().rtc, "2026-11-23 08:00:00");
}

TEST_F(BoardQueriesTest, DaysAndWeeksOfAllMetersComeTogether) {
    const auto first = add_meter(meter, 1000);
    const auto second = add_meter("two", 1000);
    for (const auto device : {first, second}) {
        connection->execute(
            "INSERT INTO energy_days (device_id, day, energy_kwh, max_demand_kw, max_demand_bucket) VALUES "
            "(?, '2026-11-01', 5, 2.5, 1000), (?, '2026-12-01', 7, NULL, NULL)",
            device, device);
        connection->execute(
            "INSERT INTO cycle_days (device_id, day, cycle_ms) VALUES (?, '2026-11-15', 1000), (?, "
            "'2026-11-16', 2000), (?, '2026-11-22', 3000), (?, '2026-11-23', 4000)",
            device, device, device, device);
    }
    const std::vector ids{first, second};
    const auto days = day_energies(*connection, ids, LocalDay{2026_y / 11 / 1}, LocalDay{2026_y / 11 / 30});
    ASSERT_EQ(days.size(), 2u);
    EXPECT_EQ(days[0].day, LocalDay{2026_y / 11 / 1});
    EXPECT_EQ(days[0].max_demand_at, core::from_epoch_ms(1000 * 900'000LL));
    const auto weeks = week_cycles(*connection, ids, LocalDay{2026_y / 11 / 16});
    ASSERT_EQ(weeks.size(), 4u);
    EXPECT_EQ(weeks[0].cycle_ms, 5000);
    EXPECT_EQ(weeks[1].week, 1);
    EXPECT_TRUE(day_energies(*connection, {}, LocalDay{2026_y / 11 / 1}, LocalDay{2026_y / 11 / 30}).empty());
}

TEST_F(BoardQueriesTest, QuarterHoursAreThoseThatBeginInTheRange) {
    const auto device = add_meter(meter, 1000);
    for (int bucket = 100; bucket < 104; ++bucket)
        connection->execute("INSERT INTO quarter_hours (device_id, bucket, energy_kwh) VALUES (?, ?, 1)",
                            device, bucket);
    const auto at = [](std::int64_t bucket) { return core::from_epoch_ms(bucket * 900'000); };
    EXPECT_EQ(quarter_energies(*connection, device, at(100), at(102)).size(), 2u);
    EXPECT_EQ(quarter_energies(*connection, device, at(100) + core::Milliseconds{1}, at(104)).size(), 3u);
}

TEST_F(BoardQueriesTest, JointLoadIsTheSumOfTheMeansOfAllMeters) {
    const auto first = add_meter(meter, 1000);
    const auto second = add_meter("two", 1000);
    const auto quarter = [&](KnownDeviceId device, int bucket, double power_sum, int samples) {
        connection->execute(
            "INSERT INTO quarter_hours (device_id, bucket, power_sum_w, samples) VALUES (?, ?, ?, ?)", device,
            bucket, power_sum, samples);
    };
    quarter(first, 99, 1000, 1);
    quarter(first, 100, 3000, 2);
    quarter(second, 100, 8000, 4);
    quarter(second, 101, 0, 0);
    quarter(first, 102, 1000, 1);
    const auto at = [](std::int64_t bucket) { return core::from_epoch_ms(bucket * 900'000); };
    const auto load = joint_load(*connection, std::vector{first, second}, at(100), at(102));
    ASSERT_EQ(load.size(), 2u);
    EXPECT_EQ(load[0].quarter, at(100));
    EXPECT_EQ(load[0].power_w, 3500);
    EXPECT_EQ(load[1].power_w, std::nullopt);
    EXPECT_TRUE(joint_load(*connection, {}, at(100), at(102)).empty());
}

TEST_F(BoardQueriesTest, JointDemandIsThatOfOneQuarterHourOfAllMeters) {
    const auto first = add_meter(meter, 1000);
    const auto second = add_meter("two", 1000);
    const auto quarter = [&](KnownDeviceId device, int bucket, double kwh, double power_sum, int samples) {
        connection->execute(
            "INSERT INTO quarter_hours (device_id, bucket, energy_kwh, power_sum_w, samples) VALUES (?, ?, "
            "?, ?, ?)",
            device, bucket, kwh, power_sum, samples);
    };
    quarter(first, 100, 5, 0, 0);
    quarter(first, 101, 3, 0, 0);
    quarter(second, 101, 0, 24'000, 2);
    quarter(second, 102, 100, 0, 0);
    const std::vector ids{first, second};
    const auto at = [](std::int64_t bucket) { return core::from_epoch_ms(bucket * 900'000); };
    const auto found = joint_demand(*connection, ids, at(100), at(102));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kw, 24);
    EXPECT_EQ(found->quarter, at(101));
    EXPECT_FALSE(joint_demand(*connection, ids, at(200), at(300)));
}

TEST_F(BoardQueriesTest, CyclesAndCorrectionsArePagedNewestFirst) {
    const auto device = add_meter(meter, 1000);
    for (int i = 1; i <= 12; ++i) {
        connection->execute(
            "INSERT INTO cycle_time (uid, start, stop, duration, cycle_count, start_ms, stop_ms) VALUES (?, "
            "'2026-11-01 00:00:00', '2026-11-01 00:01:00', '00:01:00', ?, ?, ?)",
            meter, i, i * 1000, i * 1000 + 10);
        connection->execute(
            "INSERT INTO corrections (device_id, observed_ms, register_name, class, before_value, "
            "after_value, energy_kwh) VALUES (?, ?, 'energy', 'reset', 5, 0, 0)",
            device, i);
    }
    const auto cycles = find_cycles(*connection, meter, {2, 10, ""});
    EXPECT_EQ(cycles.total, 12);
    ASSERT_EQ(cycles.items.size(), 2u);
    EXPECT_EQ(cycles.items[0].cycle_count, 2);
    EXPECT_EQ(cycles.items[0].start, "2026-11-01 00:00:00");
    const auto corrections = find_corrections(*connection, device, {1, 10, ""});
    EXPECT_EQ(corrections.total, 12);
    EXPECT_EQ(corrections.items[0].observed_ms, 12);
    EXPECT_EQ(find_corrections(*connection, std::nullopt, {1, 10, ""}).total, 0);
}

TEST_F(BoardQueriesTest, CorrectionsOfOneMomentStandInOneOrderWhicheverWasWrittenFirst) {
    std::vector<std::string> written = {"'co2', 'glitch', 5, 0, 0", "'energy', 'glitch', 7, 0, 0",
                                        "'energy', 'replaced', 7, 90, 0"};
    std::vector<std::vector<std::string>> listed;
    for (const KnownDeviceId device : {71, 72}) {
        for (const std::string& values : written) {
            connection->execute(fmt::format(
                "INSERT INTO corrections (device_id, observed_ms, register_name, class, before_value, "
                "after_value, energy_kwh) VALUES ({}, 1000, {})",
                device, values));
        }
        std::ranges::reverse(written);
        auto& classes = listed.emplace_back();
        for (const auto& correction : find_corrections(*connection, device, {1, 10, ""}).items)
            classes.push_back(correction.register_name + " " + correction.correction_class);
    }
    EXPECT_EQ(listed[0], listed[1]);
    EXPECT_EQ(listed[0], (std::vector<std::string>{"energy replaced", "energy glitch", "co2 glitch"}));
}

}  // namespace
}  // namespace silaware::storage
