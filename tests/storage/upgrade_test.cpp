#include "storage/upgrade.hpp"

#include "ingest_fixture.hpp"
#include "storage/upgrade_accounts.hpp"

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

// As the Python system made them: narrow numbers, times without a zone, ids as they came.
constexpr std::string_view older_tables = R"(
    CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(80), email VARCHAR(120),
      password VARCHAR(64), role VARCHAR(20), createdDate DATETIME);
    CREATE TABLE devices (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), mcu_type VARCHAR(50),
      location VARCHAR(100));
    CREATE TABLE utils (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), start INT, stop INT,
      cycle_count INT, total_run INT);
    CREATE TABLE power_monitoring (id INT AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(255), rtc DATETIME,
      relay_state VARCHAR(3), voltage FLOAT, current FLOAT, power FLOAT, frequency FLOAT, pf FLOAT, energy FLOAT,
      co2 FLOAT, energy_history TEXT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE cycle_time (id INT AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(50), start DATETIME, stop DATETIME,
      duration TIME, cycle_count INT);
    CREATE TABLE settings (id INT PRIMARY KEY, utils_min_duration FLOAT, mail_sender VARCHAR(100));
    CREATE TABLE utils_notification_log (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50),
      multiple INT, total_run FLOAT, timestamp DATETIME);
    CREATE TABLE temphumid (id INT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), temperature FLOAT,
      humidity FLOAT, timestamp DATETIME))";

class UpgradeTest : public testing::Test {
  protected:
    UpgradeTest() : database(false), options{.topics = {}, .zone = zone()} {
        database->acquire()->run_script(older_tables);
    }
    static core::SiteZone zone() { return core::SiteZone::find("Asia/Jakarta").value(); }
    static std::string wall(core::Instant at) { return core::format_local(zone().to_local(at)); }

    /// Rows of a meter every 10 s, stamped with `stamp`.
    void readings(const std::string& uid, core::Instant start, int count, auto stamp) {
        struct Row {
            std::string uid;
            std::string rtc;
            float power;
            float energy;
            std::string timestamp;
        };
        std::vector<Row> rows;
        for (int i = 0; i < count; ++i) {
            const core::Instant at = start + 10s * i;
            rows.push_back({uid, wall(at), 360.f, 1000.1f + static_cast<float>(i), stamp(at)});
        }
        database->transaction([&](storage::Connection& connection) {
            connection.bulk(
                "INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) VALUES "
                "(?, ?, ?, ?, ?)",
                rows);
        });
    }

    bool copy(const storage::UpgradeWatch& watch = [](const auto&) { return true; }) {
        storage::begin_upgrade(*database->acquire());
        return storage::copy_older_tables(*database, options.zone, watch, notes);
    }
    RecomputeResult finish() {
        EXPECT_TRUE(storage::migrate(*database->acquire(), [](const std::string&) {}));
        storage::fill_account_keys(*database);
        storage::fill_device_keys(*database);
        Recompute recompute(*database, options, {.cycles = CycleSource::rows}, {});
        RecomputeResult result = recompute.run({});
        storage::take_over_notifications(*database->acquire());
        storage::end_upgrade(*database->acquire());
        return result;
    }
    std::vector<std::string> lines(const std::string& columns, const std::string& rest) {
        return database->select<std::string>("SELECT CONCAT_WS(' ', " + columns + ") AS line FROM " + rest +
                                             " ORDER BY line");
    }
    std::int64_t count(const std::string& rest) {
        return database->select_one<std::int64_t>("SELECT COUNT(*) FROM " + rest).value();
    }

    const core::Instant start =
        zone().start_of_day(zone().day_of(
            std::chrono::time_point_cast<core::Milliseconds>(std::chrono::system_clock::now()))) -
        24h;
    tests::FreshDatabase database;
    Options options;
    std::vector<std::string> notes;
};

TEST_F(UpgradeTest, EveryRowIsThereInItsFinalShape) {
    readings("aa-bb-cc-dd-ee-01", start, 100, wall);
    readings("AABBCCDDEE01", start + 1000s, 100, wall);
    readings("pump", start, 5, wall);
    database->execute(
        "INSERT INTO power_monitoring (uid, rtc, energy, timestamp) VALUES (NULL, NULL, NULL, NULL)");
    ASSERT_TRUE(copy());
    const RecomputeResult result = finish();
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(count("power_monitoring"), 206);
    EXPECT_EQ(count("power_monitoring WHERE BINARY uid = 'AA:BB:CC:DD:EE:01'"), 200);
    EXPECT_EQ(lines("data_type",
                    "information_schema.columns WHERE table_schema = DATABASE() AND table_name = "
                    "'power_monitoring' AND column_name IN ('id', 'energy', 'timestamp')"),
              (std::vector<std::string>{"bigint", "double", "timestamp"}));
    EXPECT_EQ(lines("energy", "power_monitoring WHERE id = 1"), std::vector<std::string>{"1000.1"});
    EXPECT_EQ(lines("observed_ms, UNIX_TIMESTAMP(timestamp)", "power_monitoring WHERE id = 1"),
              std::vector<std::string>{
                  fmt::format("{0} {1}.000", core::epoch_ms(start), core::epoch_ms(start) / 1000)});
    EXPECT_EQ(lines("uid, ROUND(energy_kwh, 3)", "energy_days JOIN known_devices k ON k.id = device_id"),
              (std::vector<std::string>{"AA:BB:CC:DD:EE:01 99.000", "pump 4.000"}));
    EXPECT_EQ(notes.size(), 1u);
    EXPECT_TRUE(storage::require_current_schema(*database->acquire()));
    EXPECT_FALSE(storage::needs_upgrade(*database->acquire()));
}

TEST_F(UpgradeTest, ReceiptsInUtcAreKnownByTheClocksOfTheMeters) {
    readings("meter", start, 50, core::format_utc);
    ASSERT_TRUE(copy());
    finish();
    EXPECT_EQ(lines("UNIX_TIMESTAMP(timestamp)", "power_monitoring WHERE id = 1"),
              std::vector<std::string>{fmt::format("{}.000", core::epoch_ms(start) / 1000)});
    EXPECT_EQ(count("power_monitoring WHERE ABS(UNIX_TIMESTAMP(timestamp) * 1000 - observed_ms) > 1"), 0);
}

TEST_F(UpgradeTest, TheHourThatOccursTwiceIsToldApart) {
    options.zone = core::SiteZone::find("Europe/Berlin").value();
    const core::Instant change = options.zone.start_of_day(core::LocalDay{date::year{2026} / 10 / 25}) + 3h;
    for (int i = -50; i <= 50; ++i) {
        const core::Instant at = change + 5min * i;
        database->execute("INSERT INTO power_monitoring (uid, rtc, energy, timestamp) VALUES ('m', ?, ?, ?)",
                          core::format_local(options.zone.to_local(at)), 100 + i, core::format_utc(at));
    }
    ASSERT_TRUE(copy());
    EXPECT_GT(count("power_monitoring WHERE observed_ms IS NULL"), 0);
    finish();
    EXPECT_EQ(count("power_monitoring WHERE observed_ms = UNIX_TIMESTAMP(timestamp) * 1000"), 101);
}

TEST_F(UpgradeTest, GoesOnWhereItWasInterrupted) {
    readings("one", start, 3000, wall);
    readings("two", start, 3000, wall);
    database->execute(
        "INSERT INTO power_monitoring (uid, energy, timestamp) SELECT uid, energy, timestamp FROM "
        "power_monitoring a CROSS JOIN (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 "
        "UNION SELECT 5 UNION SELECT 6) b");
    const auto rows = count("power_monitoring");
    int chunks = 0;
    EXPECT_FALSE(copy([&](const auto&) { return ++chunks < 2; }));
    EXPECT_TRUE(storage::needs_upgrade(*database->acquire()));
    EXPECT_FALSE(storage::require_current_schema(*database->acquire()));
    database->execute("INSERT INTO power_monitoring (uid, energy, timestamp) VALUES ('late', 1, ?)",
                      wall(start));
    EXPECT_TRUE(copy());
    EXPECT_TRUE(copy());
    EXPECT_EQ(count("power_monitoring"), rows + 1);
    finish();
    EXPECT_EQ(count("power_monitoring"), rows + 1);
    EXPECT_EQ(
        count("information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'upgrade%'"), 0);
}

TEST_F(UpgradeTest, CyclesCountOnFromTheLastOne) {
    readings("meter", start, 100, wall);
    database->execute(
        "INSERT INTO cycle_time (uid, start, stop, duration, cycle_count) VALUES "
        "('meter', ?, ?, '00:16:30', 41), ('meter', ?, ?, '01:00:00', 40)",
        wall(start), wall(start + 990s), wall(start - 2h), wall(start - 1h));
    ASSERT_TRUE(copy());
    finish();
    const auto payload = [&](core::Instant at) {
        return fmt::format(R"({{"uid":"METER","rtc":"{}","meter_data":{{"energy":[1100.1]}}}})", wall(at));
    };
    BatchWriter writer(*database, options, "00000000000000000000000000000001");
    writer.position(1, 0);
    const std::vector<spool::Message> messages = {
        {1, start + 1000s, false, "silaware/power", payload(start + 1000s)},
        {2, start + 2000s, false, "silaware/power", payload(start + 2000s)}};
    writer.write(messages);
    EXPECT_EQ(lines("cycle_count, duration", "cycle_time"),
              (std::vector<std::string>{"40 01:00:00", "41 00:16:40", "42 00:00:00"}));
    EXPECT_EQ(lines("ROUND(energy_kwh, 2)", "energy_days"), std::vector<std::string>{"100.00"});
}

TEST_F(UpgradeTest, RunHoursAndNotificationsAreTakenOver) {
    const auto epoch = core::epoch_ms(start) / 1000;
    database->execute(
        "INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES "
        "('aabbccddee01', ?, ?, 1, 3600), ('AA:BB:CC:DD:EE:01', ?, ?, 1, 3600), "
        "('AA-BB-CC-DD-EE-01', ?, ?, 2, 7200)",
        epoch, epoch + 3600, epoch, epoch + 3600, epoch + 4000, epoch + 11200);
    database->execute("INSERT INTO settings VALUES (1, 0.5, 'x@example.com')");
    database->execute(
        "INSERT INTO utils_notification_log (mac_address, multiple, total_run, timestamp) VALUES "
        "('aabbccddee01', 9, 16200, ?)",
        wall(start));
    ASSERT_TRUE(copy());
    finish();
    EXPECT_EQ(count("utils"), 3);
    EXPECT_EQ(lines("total_seconds, notified_multiple, notified_limit_hours", "run_totals"),
              std::vector<std::string>{"10800 9 0.5"});
    EXPECT_EQ(lines("day, run_seconds, cycles", "run_days"),
              std::vector<std::string>{core::format_day(zone().day_of(start)) + " 10800 2"});
    EXPECT_EQ(
        count(fmt::format("utils WHERE UNIX_TIMESTAMP(timestamp) IN ({}, {})", epoch + 3600, epoch + 11200)),
        3);
    EXPECT_EQ(lines("utils_min_duration, mail_sender, max_temperature IS NULL", "settings"),
              std::vector<std::string>{"0.5 x@example.com 1"});
}

TEST_F(UpgradeTest, AFreshDatabaseNeedsNone) {
    tests::FreshDatabase fresh;
    EXPECT_FALSE(storage::needs_upgrade(*fresh->acquire()));
    tests::FreshDatabase empty(false);
    EXPECT_FALSE(storage::needs_upgrade(*empty->acquire()));
}

}  // namespace
}  // namespace silaware::ingest
