#include "ingest_fixture.hpp"

#include <thread>

#include "storage/housekeeping_store.hpp"
#include "storage/migrations.hpp"
#include "storage/purge.hpp"

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

const std::string meter = "AA:BB:CC:DD:EE:01";

class RecomputeTest : public IngestFixture {
  protected:
    std::vector<spool::Message> story(const std::string& uid, core::Instant start, int count, unsigned seed) {
        std::mt19937 random(seed);
        std::vector<spool::Message> messages;
        for (const Sample& sample : meter_story(start, count, random))
            messages.push_back(power(uid, sample, sample.at));
        return messages;
    }
    /// Empties everything derived.
    void forget() {
        for (const char* table : {"latest_readings", "meter_states", "quarter_hours", "energy_days",
                                  "cycle_days", "run_days", "run_totals", "register_checkpoints",
                                  "corrections", "cycle_time", "latest_climate", "climate_quarter_hours"}) {
            database->execute(std::string("DELETE FROM ") + table);
        }
    }
    std::int64_t purge(core::Instant cutoff) {
        return storage::purge_before(*database, {{cutoff, cutoff, cutoff}, options.zone}, {},
                                     [](const auto&) {});
    }
    void insert_raw(const std::string& uid, core::Instant at, double energy) {
        database->execute(
            "INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) VALUES (?, ?, 500, ?, "
            "FROM_UNIXTIME(? / 1000))",
            uid, core::format_local(zone().to_local(at)), energy, core::epoch_ms(at));
    }
};

TEST_F(RecomputeTest, NothingChangesOnHealthyDataInWhateverOrderItCame) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        auto messages = story("meter " + std::to_string(seed), midnight(2) - 3h, 900, seed);
        std::mt19937 random(seed);
        if (seed > 1) std::shuffle(messages.begin(), messages.end(), random);
        feed(*database, options, messages, 120, &random);
    }
    feed({run(meter, 1000 + core::epoch_ms(midnight(2)) / 1000, 90000 + core::epoch_ms(midnight(2)) / 1000, 1,
              80000),
          climate(meter, "21.5", "null", now() - 1h), climate(meter, "null", "50", now())});
    const auto before = derived(*database);
    const RecomputeResult result = recompute();
    EXPECT_TRUE(result.finished);
    EXPECT_TRUE(result.total.empty()) << result.total.text();
    EXPECT_EQ(result.total.readings, 3600);
    EXPECT_EQ(derived(*database), before);
}

TEST_F(RecomputeTest, RebuildsAllThatIsDerived) {
    feed(story(meter, midnight(3) - 2h, 2500, 7));
    feed({run(meter, core::epoch_ms(midnight(1)) / 1000 - 100, core::epoch_ms(midnight(1)) / 1000 + 100, 1,
              200),
          climate(meter, "21.5", "40", now())});
    const auto before = derived(*database);
    forget();
    const RecomputeResult result = recompute();
    EXPECT_FALSE(result.total.empty());
    EXPECT_EQ(result.total.latest_readings, 1);
    EXPECT_EQ(result.total.latest_climates, 1);
    EXPECT_EQ(result.total.climate_quarter_hours, 1);
    EXPECT_EQ(result.total.run_seconds, 200);
    EXPECT_EQ(derived(*database), before);
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeTest, RowsPutInByHandCountFromThenOn) {
    const core::Instant start = midnight(1);
    for (int i = 0; i < 6; ++i)
        insert_raw("aa-bb-cc-dd-ee-01", start + i * 10s, 100 + i);
    database->execute(
        "INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES "
        "('aabbccddee01', 1700000000, 1700000100, 1, 100), ('AABB.CCDD.EE01', 1700000000, "
        "1700000100, 1, 100)");
    database->execute("INSERT INTO temphumid (mac_address, temperature) VALUES ('', 20)");
    const RecomputeResult result = recompute();
    EXPECT_EQ(result.total.placed_rows, 6);
    EXPECT_EQ(result.total.renamed_rows, 8);
    EXPECT_EQ(result.problems.size(), 1u);
    EXPECT_EQ(lines("uid, observed_ms", "power_monitoring").front(),
              fmt::format("{} {}", meter, core::epoch_ms(start)));
    EXPECT_EQ(lines("start_ms, stop_ms, cycle_count, duration", "cycle_time"),
              std::vector<std::string>{
                  fmt::format("{} {} 1 00:00:50", core::epoch_ms(start), core::epoch_ms(start + 50s))});
    EXPECT_EQ(lines("ROUND(energy_kwh, 6)", "energy_days"), std::vector<std::string>{"5.000000"});
    EXPECT_EQ(lines("total_seconds", "run_totals"), std::vector<std::string>{"100"});
    EXPECT_EQ(lines("uid, last_power_ms", "known_devices"),
              std::vector<std::string>{fmt::format("{} {}", meter, core::epoch_ms(start + 50s))});
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeTest, RowsChangedByHandMoveToTheirNewPlace) {
    for (int i = 0; i < 6; ++i)
        insert_raw(meter, midnight(1) + i * 10s, 100 + i);
    recompute();
    database->execute("UPDATE power_monitoring SET rtc = ? WHERE energy = 105",
                      core::format_local(zone().to_local(midnight(1) + 2h)));
    EXPECT_EQ(recompute().total.placed_rows, 1);
    EXPECT_EQ(lines("start_ms, stop_ms, cycle_count", "cycle_time"),
              (std::vector<std::string>{
                  fmt::format("{} {} 1", core::epoch_ms(midnight(1)), core::epoch_ms(midnight(1) + 40s)),
                  fmt::format("{0} {0} 2", core::epoch_ms(midnight(1) + 2h))}));
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeTest, AnotherTimeZoneMovesAll) {
    const core::Instant start = midnight(1) + 12h;
    for (int i = 0; i < 6; ++i)
        insert_raw(meter, start + i * 10s, 100 + i);
    recompute();
    options.zone = core::SiteZone::find("Asia/Tokyo").value();
    EXPECT_EQ(recompute().total.placed_rows, 6);
    EXPECT_EQ(lines("MIN(observed_ms)", "power_monitoring"),
              std::vector<std::string>{fmt::format("{}", core::epoch_ms(start - 2h))});
    EXPECT_TRUE(recompute().total.empty());
    options.zone = zone();
    EXPECT_EQ(recompute().total.placed_rows, 6);
    EXPECT_EQ(lines("bucket, ROUND(energy_kwh, 6)", "quarter_hours"),
              std::vector<std::string>{fmt::format("{} 5.000000", core::epoch_ms(start) / 900'000)});
    EXPECT_EQ(lines("SUM(ROUND(energy_kwh, 6))", "energy_days"), std::vector<std::string>{"5.000000"});
}

TEST_F(RecomputeTest, AnotherTimeZoneCountsNothingTwice) {
    // Around midnight, so that the first day has another name in each zone; without clocks of their own.
    const core::Instant start = midnight(3) - 3h;
    std::vector<spool::Message> messages;
    for (int i = 0; i < 40; ++i) {
        const core::Instant at = start + i * 30min;
        messages.push_back(
            {0, at, false, "silaware/power",
             fmt::format(R"({{"uid":"{}","meter_data":{{"power":[1000,1000],"energy":[{},{}]}}}})", meter,
                         100 + i, 100 + i)});
        messages.push_back({0, at + 15s, false, "silaware/power",
                            fmt::format(R"({{"uid":"{}","meter_data":{{"power":[1000]}}}})", meter)});
    }
    feed(messages);
    for (int day = 3; day >= 1; --day) {
        const std::int64_t begin = core::epoch_ms(midnight(day) - 15min) / 1000;
        feed({run(meter, begin, begin + 1800, 4 - day, 1800)});
    }
    const auto sums = [&] {
        return std::vector{lines("ROUND(SUM(energy_kwh), 3), SUM(samples)", "energy_days"),
                           lines("SUM(cycle_ms)", "cycle_days"),
                           lines("SUM(run_seconds), SUM(cycles)", "run_days"),
                           lines("total_seconds", "run_totals")};
    };
    const auto days = [&] { return derived(*database); };
    const auto at_home = days();
    const auto before = sums();
    EXPECT_EQ(before[0], std::vector<std::string>{"39.000 120"});
    for (const char* elsewhere : {"Asia/Jayapura", "Europe/Berlin", "Pacific/Auckland", "Asia/Jakarta"}) {
        options.zone = core::SiteZone::find(elsewhere).value();
        recompute();
        EXPECT_EQ(sums(), before) << elsewhere;
        EXPECT_TRUE(recompute().total.empty()) << elsewhere;
        tests::FreshDatabase there;
        feed(*there, options, messages);
        EXPECT_EQ(lines("day, ROUND(energy_kwh, 4)", "energy_days"),
                  lines(*there, "day, ROUND(energy_kwh, 4)", "energy_days"))
            << elsewhere;
    }
    EXPECT_EQ(days(), at_home);
}

TEST_F(RecomputeTest, ThePurgeTakesRowsOfOtherProgramsToo) {
    database->execute(
        "INSERT INTO cycle_time (uid, start, stop, duration, cycle_count) VALUES "
        "('x', '2020-01-01 00:00:00', '2020-01-01 00:00:10', '00:00:10', 1), "
        "('x', ?, ?, '00:00:00', 2)",
        core::format_local(zone().to_local(now())), core::format_local(zone().to_local(now())));
    insert_raw("x", midnight(300), 1);
    database->execute(
        "INSERT INTO temphumid (mac_address, temperature, timestamp) VALUES ('x', 1, '2020-01-01')");
    database->execute(
        "INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES ('x', 1, 2, 1, 1)");
    database->execute(
        "INSERT INTO utils_notification_log (mac_address, multiple, total_run, timestamp) VALUES ('x', 1, 1, "
        "'2020-01-01')");
    EXPECT_EQ(purge(midnight(120)), 5);
    EXPECT_EQ(lines("cycle_count", "cycle_time"), std::vector<std::string>{"2"});
}

TEST_F(RecomputeTest, AMigrationFillsTheQuarterHoursOfClimateFromRawRows) {
    feed({climate("room", "21.5", "null", midnight(1)), climate("Room", "22", "40", midnight(1) + 899s),
          climate("room", "null", "50", midnight(1) + 900s)});
    const auto before = derived(*database);
    database->execute("DELETE FROM climate_quarter_hours");
    database->execute("DELETE FROM schema_migrations WHERE number = 71");
    ASSERT_TRUE(storage::migrate(*database->acquire(), [](const auto&) {}));
    EXPECT_EQ(derived(*database), before);
}

TEST_F(RecomputeTest, AJobIsDueAgainWhenTheClockWasSetBack) {
    const auto claim = [&](core::Instant at) {
        return storage::claim_job(*database->acquire(), "test", 12h, at);
    };
    EXPECT_TRUE(claim(now() + 48h));
    EXPECT_FALSE(claim(now() + 49h));
    EXPECT_TRUE(claim(now()));
    EXPECT_FALSE(claim(now() - 1min));
    EXPECT_FALSE(claim(now() + 1h));
    EXPECT_TRUE(claim(now() + 12h));
}

TEST_F(RecomputeTest, LiveReadingsGoOnFromWhatWasRebuilt) {
    auto messages = story(meter, midnight(2), 1200, 3);
    const auto half = messages.begin() + 700;
    feed({messages.begin(), half});
    forget();
    recompute();
    feed({half, messages.end()});
    const auto mixed = derived(*database);
    tests::FreshDatabase other;
    feed(*other, options, messages);
    EXPECT_EQ(mixed, derived(*other));
}

TEST_F(RecomputeTest, PurgedPeriodsStayAsTheyAre) {
    feed(story(meter, midnight(4) - 1h, 4500, 11));
    feed({run(meter, core::epoch_ms(midnight(3)) / 1000, core::epoch_ms(midnight(3)) / 1000 + 60, 1, 60),
          run(meter, core::epoch_ms(midnight(1)) / 1000, core::epoch_ms(midnight(1)) / 1000 + 60, 2, 60)});
    for (const auto after : {0min, 7min, 2 * 24 * 60min + 303min, 2 * 24 * 60min + 308min, 4000min})
        feed({climate("room", "21", "50", midnight(4) + after)});
    const auto totals = [&] {
        auto all = derived(*database);
        std::erase_if(all, [](const std::string& line) { return line.starts_with("cycle "); });
        return all;
    };
    const auto before = totals();
    purge(midnight(2) + 5h + 123s);
    const auto cycles = lines("start_ms, stop_ms, cycle_count", "cycle_time");
    const RecomputeResult result = recompute();
    EXPECT_TRUE(result.total.empty()) << result.total.text();
    EXPECT_EQ(totals(), before);
    EXPECT_EQ(lines("start_ms, stop_ms, cycle_count", "cycle_time"), cycles);
}

TEST_F(RecomputeTest, WhatWasPurgedNeverCountsAgainWhateverTheRetentionIsNow) {
    const std::int64_t begin = core::epoch_ms(midnight(70)) / 1000;
    const auto record = run(meter, begin, begin + 3600, 7, 3600);
    feed({record, run(meter, begin + 20 * 86400, begin + 20 * 86400 + 60, 8, 60)});
    purge(midnight(60));
    options.retention_months = 12;
    feed({record});
    EXPECT_EQ(lines("cycle_count", "utils"), std::vector<std::string>{"8"});
    EXPECT_EQ(count("quarantine WHERE reason LIKE '%older than the retention%'"), 1);
    EXPECT_EQ(lines("total_seconds", "run_totals"), std::vector<std::string>{"3660"});
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeTest, ACutoffInTheFutureWasAWrongClock) {
    purge(now() + 24h);
    EXPECT_FALSE(storage::purge_cutoff(*database->acquire(), now()));
    purge(midnight(60));
    EXPECT_EQ(storage::purge_cutoff(*database->acquire(), now()), midnight(60));
}

TEST_F(RecomputeTest, RebuildsBehindAPurgeWithTheNumbersGoingOn) {
    feed(story(meter, midnight(4), 4500, 12));
    purge(midnight(2) + 7h);
    const auto cycles = lines("start_ms, stop_ms, cycle_count", "cycle_time");
    const auto days = lines("day, ROUND(energy_kwh, 4), samples", "energy_days");
    database->execute("UPDATE cycle_time SET cycle_count = cycle_count + 5 WHERE start_ms > ?",
                      core::epoch_ms(midnight(2) + 20h));
    database->execute("UPDATE quarter_hours SET energy_kwh = 77 WHERE bucket > ?",
                      core::epoch_ms(midnight(2) + 9h) / 900'000);
    database->execute("UPDATE energy_days SET energy_kwh = 3 WHERE day >= ?",
                      core::format_day(options.zone.day_of(midnight(2) + 9h)));
    EXPECT_FALSE(recompute().total.empty());
    EXPECT_EQ(lines("start_ms, stop_ms, cycle_count", "cycle_time"), cycles);
    EXPECT_EQ(lines("day, ROUND(energy_kwh, 4), samples", "energy_days"), days);
}

TEST_F(RecomputeTest, APeriodAloneIsRebuilt) {
    feed(story(meter, midnight(14), 18000, 21));
    const auto right = derived(*database);
    const auto day = [&](int ago) { return options.zone.day_of(midnight(ago)); };
    database->execute("UPDATE quarter_hours SET energy_kwh = energy_kwh + 1, samples = samples + 1");
    database->execute("DELETE FROM cycle_time WHERE start_ms BETWEEN ? AND ?", core::epoch_ms(midnight(8)),
                      core::epoch_ms(midnight(7) + 4h));
    RecomputeJob job;
    job.from = day(8);
    job.to = day(8);
    EXPECT_FALSE(recompute(job).total.empty());
    const auto quarters = [&](core::Instant from, core::Instant to, const std::string& amount) {
        return lines("bucket, " + amount,
                     fmt::format("quarter_hours WHERE slots <> 0 AND bucket >= {} AND bucket < {}",
                                 core::epoch_ms(from) / 900'000, core::epoch_ms(to) / 900'000));
    };
    const auto rebuilt = quarters(midnight(8), midnight(7), "ROUND(energy_kwh, 4)");
    const auto left = quarters(midnight(7), midnight(0), "ROUND(energy_kwh - 1, 4)");
    recompute();
    EXPECT_EQ(rebuilt, quarters(midnight(8), midnight(7), "ROUND(energy_kwh, 4)"));
    EXPECT_EQ(left, quarters(midnight(7), midnight(0), "ROUND(energy_kwh, 4)"));
    EXPECT_EQ(derived(*database), right);
}

TEST_F(RecomputeTest, StopsWhenItIsTold) {
    feed(story(meter, midnight(2), 200, 5));
    forget();
    std::stop_source stop;
    stop.request_stop();
    Recompute recompute_once(*database, options, {}, {});
    EXPECT_FALSE(recompute_once.run(stop.get_token()).finished);
    EXPECT_TRUE(recompute().finished);
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeTest, OldCyclesAreTakenOverAndCountOn) {
    const core::Instant start = midnight(1) + 1h;
    database->execute(
        "INSERT INTO cycle_time (uid, start, stop, duration, cycle_count) VALUES (?, ?, ?, '01:00:00', "
        "41)",
        meter, core::format_local(zone().to_local(start - 1h)), core::format_local(zone().to_local(start)));
    RecomputeJob job;
    job.cycles = CycleSource::rows;
    recompute(job);
    feed({power(meter, {start + 20s}, start + 20s), power(meter, {start + 60s}, start + 60s)});
    EXPECT_EQ(lines("cycle_count, duration", "cycle_time"),
              (std::vector<std::string>{"41 01:00:20", "42 00:00:00"}));
    EXPECT_EQ(lines("cycle_ms", "cycle_days"), std::vector<std::string>{"3620000"});
}

TEST_F(RecomputeTest, IngestMayRunMeanwhile) {
    std::vector<spool::Message> messages;
    for (const char* uid : {"one", "two", "three"}) {
        for (auto& message : story(uid, midnight(3), 1500, 31))
            messages.push_back(std::move(message));
    }
    std::stable_sort(messages.begin(), messages.end(),
                     [](const auto& a, const auto& b) { return a.received_at < b.received_at; });
    std::mt19937 random(1);
    for (std::size_t i = 0; i + 60 < messages.size(); i += 60)
        std::shuffle(messages.begin() + static_cast<std::ptrdiff_t>(i),
                     messages.begin() + static_cast<std::ptrdiff_t>(i + 60), random);
    std::atomic<bool> fed{false};
    std::jthread ingest([&] {
        feed(*database, options, messages, 30);
        fed = true;
    });
    while (!fed) {
        const RecomputeResult result = recompute();
        EXPECT_TRUE(result.total.empty()) << result.total.text();
    }
    ingest.join();
    EXPECT_TRUE(recompute().total.empty());
    tests::FreshDatabase other;
    feed(*other, options, messages);
    EXPECT_EQ(derived(*database), derived(*other));
}

}  // namespace
}  // namespace silaware::ingest
