#include "ingest/housekeeping.hpp"
#include "ingest_fixture.hpp"

#include <thread>

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

const std::string meter = "AA:BB:CC:DD:EE:01";

class IngestTest : public IngestFixture {
  protected:
    storage::SpoolPosition position() {
        return BatchWriter(*database, options, "00000000000000000000000000000001").position(1, 0);
    }
    std::vector<spool::Message> fleet(core::Instant start, int readings, unsigned seed) {
        std::mt19937 random(seed);
        std::vector<spool::Message> messages;
        for (const char* uid : {"AA:BB:CC:DD:EE:01", "AA:BB:CC:DD:EE:02", "pump"}) {
            for (const Sample& sample : meter_story(start, readings, random))
                messages.push_back(power(uid, sample, sample.at));
        }
        std::stable_sort(messages.begin(), messages.end(),
                         [](const auto& a, const auto& b) { return a.received_at < b.received_at; });
        return messages;
    }
};

/// Neighbours swapped, hours held back, everything mixed: within the day that a clock is believed.
std::vector<spool::Message> disordered(std::vector<spool::Message> messages, unsigned how,
                                       std::mt19937& random) {
    const auto mix = [&](std::size_t first, std::size_t last) {
        std::shuffle(messages.begin() + static_cast<std::ptrdiff_t>(first),
                     messages.begin() + static_cast<std::ptrdiff_t>(std::min(last, messages.size())), random);
    };
    if (how == 0) {
        for (std::size_t i = 0; i < messages.size(); i += 5)
            mix(i, i + 5);
    } else if (how == 1) {
        std::stable_partition(messages.begin(), messages.end(),
                              [&](const auto&) { return random() % 10 > 0; });
    } else if (how == 2) {
        mix(0, messages.size());
    } else {
        std::reverse(messages.begin(), messages.end());
    }
    return messages;
}

TEST_F(IngestTest, NeitherOrderNorBatchesMakeADifference) {
    const auto messages = fleet(midnight(1) - 4h, 500, 42);
    feed(*database, options, messages, 1500);
    const auto in_order = derived(*database);
    EXPECT_GT(count("corrections"), 5);
    EXPECT_GT(count("cycle_time"), 10);
    EXPECT_GE(count("energy_days"), 6);
    for (unsigned how = 0; how < 4; ++how) {
        tests::FreshDatabase other;
        std::mt19937 random(how);
        feed(*other, options, disordered(messages, how, random), how % 2 ? 40 : 300, &random);
        EXPECT_EQ(derived(*other), in_order) << "disorder " << how;
    }
}

TEST_F(IngestTest, TwoWritersShareTheMeters) {
    auto messages = fleet(midnight(1) - 2h, 400, 7);
    feed(messages);
    tests::FreshDatabase shared;
    std::vector<spool::Message> halves[2];
    std::mt19937 random(3);
    for (const auto& message : messages)
        halves[random() % 2].push_back(message);
    {
        std::mt19937 others_random(4);
        std::jthread other([&] {
            feed(*shared, options, halves[1], 20, &others_random, "00000000000000000000000000000002");
        });
        feed(*shared, options, halves[0], 20, &random);
    }
    EXPECT_EQ(derived(*shared), derived(*database));
}

/// As the spool numbers them behind `seq`.
std::vector<spool::Message> numbered(std::vector<spool::Message> messages, std::int64_t seq) {
    for (auto& message : messages)
        message.seq = ++seq;
    return messages;
}

TEST_F(IngestTest, ABatchIsStoredOnceWhateverIsRepeated) {
    const auto messages = numbered(fleet(midnight(0) - 1h, 40, 1), 0);
    BatchWriter writer(*database, options, "00000000000000000000000000000001");
    writer.position(1, 0);
    const auto first = writer.write(messages);
    const auto again = writer.write(messages);
    EXPECT_EQ(first.position, 120);
    EXPECT_EQ(again.stored, first.stored);
    EXPECT_EQ(count("power_monitoring"), 120);
}

TEST_F(IngestTest, NothingIsPurgedWhileTheClockMayBeWrong) {
    const auto rows_after = [&](core::Milliseconds since_last_purge) {
        database->execute("DELETE FROM power_monitoring");
        database->execute(
            "INSERT INTO power_monitoring (uid, timestamp) VALUES ('m', NOW() - INTERVAL 1 YEAR), ('m', "
            "NOW())");
        database->execute("REPLACE INTO housekeeping (job, last_run_ms) VALUES ('purge', ?)",
                          core::epoch_ms(now() - since_last_purge));
        Housekeeping(*database, options).cleanup_old_data({});
        return count("power_monitoring");
    };
    EXPECT_EQ(rows_after(13h), 1);
    EXPECT_EQ(rows_after(24h * 30), 2);  // a clock that has just been set wrong would look the same
    EXPECT_EQ(rows_after(11h), 2);       // not due
}

TEST_F(IngestTest, ADatabaseRestoredToAnOlderStateKeepsTheAccountsRight) {
    const auto messages = numbered(fleet(midnight(0) - 1h, 5, 1), 0);
    BatchWriter writer(*database, options, "00000000000000000000000000000001");
    writer.position(1, 0);
    const auto written = writer.write(messages);
    ASSERT_EQ(written.position, 15);
    // What came behind was stored, left the spool, and went with the restore.
    const auto restored = writer.position(26, 25);
    EXPECT_EQ(restored.position, 25);
    EXPECT_EQ(restored.stored + restored.duplicates + restored.quarantined, 25);
    EXPECT_EQ(position().position, 25);
}

TEST_F(IngestTest, ACopyOfTheSpoolIsNoticedBeforeAnythingIsTakenForStored) {
    const std::string id = "00000000000000000000000000000001";
    BatchWriter writer(*database, options, id);
    writer.position(1, 0);
    ASSERT_EQ(writer.write(numbered(fleet(midnight(0) - 1h, 5, 1), 0)).position, 15);
    // One that was put back: it ended at 10.
    try {
        BatchWriter(*database, options, id).position(8, 7, 10);
        ADD_FAILURE() << "the copy was not noticed";
    } catch (const SpoolShared& shared) {
        EXPECT_EQ(shared.own_through, 10);
    }
    // One that a cloned machine goes on with.
    BatchWriter twin(*database, options, id);
    twin.position(16, 15, 15);
    ASSERT_EQ(twin.write(numbered(fleet(midnight(0) - 50min, 1, 2), 15)).position, 18);
    try {
        writer.write(numbered(fleet(midnight(0) - 40min, 1, 3), 15));
        ADD_FAILURE() << "the twin was not noticed";
    } catch (const SpoolShared& shared) {
        EXPECT_EQ(shared.own_through, 15);
    }
    writer.continue_as("00000000000000000000000000000002");
    EXPECT_EQ(writer.position(16, 0).position, 15);
    EXPECT_EQ(writer.write(numbered(fleet(midnight(0) - 40min, 1, 3), 15)).position, 18);
    EXPECT_EQ(count("power_monitoring"), 21);
}

TEST_F(IngestTest, MessagesOfThousandsOfSamplesAreStoredInSeveralTransactions) {
    const auto samples = most_rows * 4 / 5;  // two messages are over the limit
    std::string volts = "1";
    for (std::size_t i = 1; i < samples; ++i)
        volts += ",1";
    std::vector<spool::Message> messages(3);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        messages[i] = {static_cast<std::int64_t>(i) + 1, now(), false, "silaware/power",
                       fmt::format(R"({{"uid":"m","meter_data":{{"voltage":[{}]}}}})", volts)};
    }
    BatchWriter writer(*database, options, "00000000000000000000000000000001");
    writer.position(1, 0);
    EXPECT_EQ(writer.prepare(messages).messages.size(), 2u);
    EXPECT_EQ(writer.write(messages).position, 3);
    EXPECT_EQ(position().stored, 3);
    EXPECT_EQ(count("power_monitoring"), static_cast<std::int64_t>(3 * samples));
}

TEST_F(IngestTest, EqualReadingsOfAStandingClockAreAllKept) {
    const Sample sample{midnight(1) + 1h, "100", "5"};
    feed({power(meter, sample, sample.at), power(meter, sample, sample.at + 1s),
          power(meter, sample, sample.at + 2s)});
    EXPECT_EQ(count("power_monitoring"), 3);
    EXPECT_EQ(position().stored, 3);
}

TEST_F(IngestTest, APoisonRowGoesIntoQuarantineAlone) {
    database->execute(
        "ALTER TABLE power_monitoring ADD CONSTRAINT no_seven CHECK (voltage IS NULL OR power <> 777)");
    auto messages = fleet(midnight(0) - 1h, 30, 5);
    messages.insert(messages.begin() + 44,
                    power("poison", {midnight(0) - 30min, "777", "1"}, midnight(0) - 30min));
    feed(messages);
    EXPECT_EQ(position().stored, 90);
    EXPECT_EQ(position().quarantined, 1);
    EXPECT_EQ(count("power_monitoring"), 90);
    EXPECT_EQ(count("quarantine WHERE reason LIKE 'the database refused it%' AND payload LIKE '%777%'"), 1);
    EXPECT_EQ(count("quarter_hours JOIN known_devices k ON k.id = device_id WHERE uid = 'poison'"), 0);
}

TEST_F(IngestTest, BadMessagesHarmNothingBehindThem) {
    auto messages = fleet(midnight(0) - 1h, 10, 6);
    messages.insert(messages.begin(), {0, now(), false, "silaware/power", "not json"});
    messages.insert(messages.begin() + 3,
                    {0, now(), false, "silaware/power", std::string("{\"uid\":\"\xff\"}")});
    messages.push_back({0, now(), false, "silaware/utils", R"({"id":"a","start":5,"stop":4})"});
    messages.push_back({0, now(), false, "other/topic", "{}"});
    messages.push_back({0, now(), false, "silaware/power", std::string(70'000, 'x')});
    messages.push_back({0, now(), false, "", "half a message", true});
    feed(messages);
    EXPECT_EQ(position().stored, 30);
    EXPECT_EQ(position().quarantined, 6);
    EXPECT_EQ(count("quarantine WHERE reason LIKE 'damaged on the disk%' AND payload = 'half a message'"), 1);
    EXPECT_EQ(count("quarantine WHERE LENGTH(payload) = 65536"), 1);
}

TEST_F(IngestTest, ReplaysOfRetainedMessagesAreKnown) {
    const Sample sample{midnight(0) - 1h, "100", "5"};
    const auto first = power(meter, sample, sample.at);
    auto replay = first;
    replay.retained = true;
    replay.received_at = sample.at + 10min;
    auto unseen = power("other", sample, sample.at);
    unseen.retained = true;
    auto room = climate("room", "20", "50", sample.at);
    room.retained = true;
    feed({first, replay, replay, unseen, unseen, room, room});
    feed({replay, unseen, room});
    EXPECT_EQ(position().stored, 3);
    EXPECT_EQ(position().duplicates, 7);
    EXPECT_EQ(count("power_monitoring"), 2);
    EXPECT_EQ(count("temphumid"), 1);
}

TEST_F(IngestTest, ARunEqualInAllFiveFieldsIsADuplicate) {
    const auto at = core::epoch_ms(midnight(1)) / 1000;
    feed({run(meter, at, at + 60, 1, 60), run("aabbccddee01", at, at + 60, 1, 60),
          run(meter, at, at + 60, 2, 60)});
    feed({run(meter, at, at + 60, 1, 60), run(meter, at, at + 60, 1, 61), run("two", at, at + 60, 1, 60)});
    EXPECT_EQ(position().stored, 4);
    EXPECT_EQ(position().duplicates, 2);
    EXPECT_EQ(lines("uid, total_seconds", "run_totals JOIN known_devices k ON k.id = device_id"),
              (std::vector<std::string>{meter + " 181", "two 60"}));
}

TEST_F(IngestTest, RunsAreSplitAtMidnight) {
    const auto day = core::epoch_ms(midnight(1)) / 1000;
    feed({run(meter, day - 3600, day + 7200, 1, 300), run(meter, day - 10, day - 10, 2, 5)});
    EXPECT_EQ(lines("day, run_seconds, cycles", "run_days"),
              (std::vector<std::string>{core::format_day(options.zone.day_of(midnight(2))) + " 105 2",
                                        core::format_day(options.zone.day_of(midnight(1))) + " 200 0"}));
}

TEST_F(IngestTest, EnergyIsSplitAtMidnightAndMonthEnd) {
    const core::Instant edge = midnight(1);
    feed({power(meter, {edge - 1h, "100", "10"}, edge - 1h),
          power(meter, {edge + 3h, "100", "18"}, edge + 3h)});
    EXPECT_EQ(lines("day, ROUND(energy_kwh, 6)", "energy_days"),
              (std::vector<std::string>{core::format_day(options.zone.day_of(midnight(2))) + " 2.000000",
                                        core::format_day(options.zone.day_of(midnight(1))) + " 6.000000"}));
    EXPECT_EQ(count("quarter_hours WHERE ABS(energy_kwh - 0.5) < 1e-9"), 16);
}

TEST_F(IngestTest, DaysOfAClockChangeHaveTheirOwnLength) {
    options.zone = core::SiteZone::find("Europe/Berlin").value();
    const core::Instant start = options.zone.start_of_day(core::LocalDay{date::year{2026} / 10 / 25});
    std::vector<spool::Message> messages;
    for (int hour = 0; hour <= 48; ++hour) {
        const core::Instant at = start + std::chrono::hours(hour);
        messages.push_back({0, at, false, "silaware/power",
                            fmt::format(R"({{"uid":"m","meter_data":{{"energy":[{}]}}}})", 100 + hour)});
    }
    feed(messages);
    EXPECT_EQ(lines("day, ROUND(energy_kwh, 6)", "energy_days WHERE energy_kwh > 0"),
              (std::vector<std::string>{"2026-10-25 25.000000", "2026-10-26 23.000000"}));
}

TEST_F(IngestTest, WithoutRegistrationOnlyRegisteredDevicesCount) {
    options.allow_unregistered = false;
    database->execute(
        "INSERT INTO devices (mac_address, mac_key) VALUES ('AA:BB:CC:DD:EE:01', 'aa:bb:cc:dd:ee:01')");
    const Sample sample{midnight(0) - 1h, "100", "5"};
    feed({power("aabbccddee01", sample, sample.at), power("stranger", sample, sample.at),
          climate("stranger", "20", "50", sample.at),
          run(meter, core::epoch_ms(sample.at) / 1000, core::epoch_ms(sample.at) / 1000, 1, 1)});
    EXPECT_EQ(position().stored, 2);
    EXPECT_EQ(position().quarantined, 2);
    EXPECT_EQ(count("known_devices"), 1);
    EXPECT_EQ(count("quarantine WHERE reason LIKE '%stranger%not registered%'"), 2);
}

TEST_F(IngestTest, ALateReadingJoinsTwoCyclesAndRenumbersTheRest) {
    const core::Instant start = midnight(1) + 1h;
    const auto at = [&](int seconds) {
        return power(meter, {start + std::chrono::seconds(seconds)}, start + std::chrono::seconds(seconds));
    };
    feed({at(0), at(40), at(100), at(200)});
    feed({at(20)});
    EXPECT_EQ(lines("cycle_count, duration", "cycle_time"),
              (std::vector<std::string>{"1 00:00:40", "2 00:00:00", "3 00:00:00"}));
    feed({at(150)});
    EXPECT_EQ(
        lines("cycle_count, TIMESTAMPDIFF(SECOND, FROM_UNIXTIME(0), FROM_UNIXTIME(start_ms / 1000)) - " +
                  std::to_string(core::epoch_ms(start) / 1000),
              "cycle_time"),
        (std::vector<std::string>{"1 0", "2 100", "3 150", "4 200"}));
    EXPECT_EQ(lines("last_cycle_count, cycle_number", "meter_states"), std::vector<std::string>{"4 4"});
}

TEST_F(IngestTest, AChangedRatedPowerIsTheSameAsOneThatWasAlwaysThere) {
    const auto rate = [](storage::Database& at) {
        at.execute(
            "INSERT INTO devices (mac_address, mac_key, rated_power_w) VALUES "
            "('AA:BB:CC:DD:EE:01', 'aa:bb:cc:dd:ee:01', 3000), ('pump', 'pump', 2000)");
    };
    const auto messages = fleet(midnight(1) + 6h, 600, 9);
    std::mt19937 random(4);
    const auto delivered = disordered(messages, 1, random);
    const auto half = delivered.begin() + 900;
    feed(*database, options, {delivered.begin(), half}, 50);
    rate(*database);
    feed(*database, options, {half, delivered.end()}, 50);
    EXPECT_TRUE(recompute().total.empty()) << recompute().total.text();

    tests::FreshDatabase rated;
    rate(*rated);
    feed(*rated, options, messages);
    EXPECT_EQ(derived(*database), derived(*rated));
    tests::FreshDatabase never;
    feed(*never, options, messages);
    EXPECT_NE(derived(*database), derived(*never)) << "the rated power must matter in this story";
}

TEST_F(IngestTest, AChangedRatedPowerLeavesWhatIsPurgedAlone) {
    const core::Instant at = midnight(9);
    feed({power(meter, {at, "100", "10"}, at), power(meter, {at + 1h, "100", "20"}, at + 1h)});
    database->execute("DELETE FROM power_monitoring");
    database->execute(
        "INSERT INTO devices (mac_address, mac_key, rated_power_w) VALUES "
        "('AA:BB:CC:DD:EE:01', 'aa:bb:cc:dd:ee:01', 3000)");
    feed({power(meter, {midnight(1), "100", "50"}, midnight(1))});
    EXPECT_EQ(lines("ROUND(SUM(energy_kwh), 6)", "energy_days GROUP BY device_id"),
              std::vector<std::string>{"40.000000"});
}

TEST_F(IngestTest, TheNewestReadingIsKeptWhateverComesLate) {
    const core::Instant at = midnight(0) - 2h;
    feed({power(meter, {at, "1", "10"}, at), power(meter, {at - 1min, "2", "9"}, at + 1s)});
    feed({power(meter, {at - 1h, "3", "8"}, at + 2s)});
    EXPECT_EQ(lines("observed_ms, power, energy", "latest_readings"),
              std::vector<std::string>{fmt::format("{} 1 10", core::epoch_ms(at))});
    feed({power(meter, {at, "4", "10"}, at + 3s)});
    EXPECT_EQ(lines("power", "latest_readings"), std::vector<std::string>{"4"});
}

TEST_F(IngestTest, ClimateIsSummedByQuarterHoursHoweverItIsSpeltAndWheneverItComes) {
    const core::Instant start = midnight(1);
    feed({climate("Room", "20.5", "null", start), climate("ROOM", "21.5", "40", start + 899s),
          climate("Room", "null", "44", start + 900s)});
    feed({climate("room", "22.5", "50", start + 5min)});
    const auto bucket = core::epoch_ms(start) / 900'000;
    EXPECT_EQ(lines("bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples",
                    "climate_quarter_hours"),
              (std::vector<std::string>{fmt::format("{} 64.5 3 90 2", bucket),
                                        fmt::format("{} 0 0 44 1", bucket + 1)}));
}

TEST_F(IngestTest, ARoomKeepsTheValueThatIsNotSent) {
    feed({climate("room", "20.5", "null", now() - 2min), climate("room", "null", "51", now() - 1min)});
    EXPECT_EQ(lines("temperature, humidity", "latest_climate"), std::vector<std::string>{"20.5 51"});
}

}  // namespace
}  // namespace silaware::ingest
