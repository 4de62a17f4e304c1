#include "ingest_fixture.hpp"

#include <thread>

#include "storage/housekeeping_store.hpp"
#include "storage/purge.hpp"

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

/// A meter that reports each hour, one kWh more each time; `hour` counts from the edge.
struct Story {
    std::string uid;
    std::function<std::string(int hour)> energy;
    std::function<std::string(int hour)> co2 = [](int) { return "null"; };
    std::function<core::Milliseconds(int hour)> late_by = [](int) { return core::Milliseconds{0}; };
};

std::string healthy(int hour) {
    return std::to_string(1000 + hour);
}

/// `value` for the hours from `first` to `last`, else a healthy reading.
std::function<std::string(int)> odd(int first, int last, const std::string& value) {
    return [=](int hour) { return hour >= first && hour <= last ? value : healthy(hour); };
}

std::function<std::string(int)> from(int first, const std::function<std::string(int)>& later,
                                     const std::function<std::string(int)>& before = healthy) {
    return [=](int hour) { return hour >= first ? later(hour) : before(hour); };
}

/// What the oldest rows that are left may look like.
std::vector<Story> stories_at_an_edge() {
    std::vector<Story> stories = {{"healthy", healthy}};
    for (const char* value : {"null", "0", "0.003", "500", "999.9", "1.8e21", "-0.007", "90000000"}) {
        for (const auto& [first, last] : {std::pair{0, 0}, {0, 3}, {-1, 0}, {-3, -1}, {-3, 3}, {0, 60}})
            stories.push_back({fmt::format("{} from {} to {}", value, first, last), odd(first, last, value)});
    }
    for (int i = 0; i < 4; ++i) {
        const auto after = [i](double first) {
            return [=](int hour) { return fmt::format("{:.1f}", first + hour + i); };
        };
        stories.push_back({fmt::format("reset {}", i), from(-i, after(0.5))});
        stories.push_back({fmt::format("replaced {}", i), from(-i, after(9e7))});
        stories.push_back({fmt::format("replaced by less {}", i), from(-i, after(300))});
        stories.push_back({fmt::format("rollover {}", i),
                           from(-i, after(2), [](int hour) { return std::to_string(99'998 + hour); })});
    }
    for (int hour : {5, 23}) {
        stories.push_back({fmt::format("once a day at {}", hour),
                           [=](int at) { return (at + 240) % 24 == hour ? healthy(at) : "null"; }});
    }
    const auto half = [](int hour) { return fmt::format("{:.1f}", 500 + 0.5 * hour); };
    const auto none = [](int) { return std::string("null"); };
    const auto zero = [](int) { return std::string("0"); };
    stories.push_back({"co2", healthy, half});
    stories.push_back({"co2 always 0", healthy, zero});
    stories.push_back({"co2 before the edge only", healthy, from(-1, none, half)});
    stories.push_back({"co2 missing at the edge", healthy, from(3, half, from(0, none, half))});
    stories.push_back({"co2 from 50 hours behind the edge on", healthy, from(50, half, none)});
    stories.push_back({"co2 0 until 50 hours behind the edge", healthy, from(50, half, zero)});
    stories.push_back({"silent from the edge on", from(0, none), from(0, none, half)});
    for (int late : {1, 2, 3, 6, 12, 18}) {
        stories.push_back({fmt::format("hour {} late", -late), healthy, half, [=](int hour) {
                               return hour == -late ? core::Milliseconds(22h) : core::Milliseconds{0};
                           }});
    }
    stories.push_back({"every second late", odd(-9, -3, "null"), half, [](int hour) {
                           return hour < 0 && hour > -22 && hour % 2 ? core::Milliseconds(22h)
                                                                     : core::Milliseconds{0};
                       }});
    stories.push_back({"clock ahead", healthy, half, [](int) { return core::Milliseconds(-5h); }});
    return stories;
}

const std::string meter = "AA:BB:CC:DD:EE:01";

class RecomputeEdgeTest : public IngestFixture {
  protected:
    void tell(storage::Database& to, const std::vector<Story>& stories, core::Instant edge, int first,
              int last) {
        std::vector<spool::Message> messages;
        for (int hour = first; hour <= last; ++hour) {
            for (const Story& story : stories) {
                const core::Instant at = edge + hour * 1h + 30min;
                messages.push_back(power(story.uid, {at, "1000", story.energy(hour), story.co2(hour)},
                                         at + 1s + story.late_by(hour)));
            }
        }
        std::stable_sort(messages.begin(), messages.end(),
                         [](const auto& a, const auto& b) { return a.received_at < b.received_at; });
        feed(to, options, messages, 500);
    }
    void feed_hours(core::Instant start, int count) {
        std::vector<spool::Message> messages;
        for (int hour = 0; hour < count; ++hour)
            messages.push_back(power(meter, {start + hour * 1h, "1000", healthy(hour)}, start + hour * 1h));
        feed(messages);
    }
    void insert_raw(const std::string& uid, core::Instant at, double energy) {
        database->execute(
            "INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) VALUES (?, ?, 500, ?, "
            "FROM_UNIXTIME(? / 1000))",
            uid, core::format_local(zone().to_local(at)), energy, core::epoch_ms(at));
    }
    void purge(core::Instant cutoff) {
        storage::purge_before(*database, {{cutoff, cutoff, cutoff}, options.zone}, {}, [](const auto&) {});
    }
    /// As a database is in which rows were purged before edges were kept.
    void forget_edges(core::Instant cutoff) {
        database->execute("DELETE FROM purge_edges");
        database->execute("DELETE FROM purge_cutoff");
        date::year_month_day day{zone().day_of(cutoff)};
        day += date::months{options.retention_months};
        if (!day.ok()) day = day.year() / day.month() / date::last;
        storage::note_job(*database->acquire(), storage::purge_job, zone().start_of_day(core::LocalDay{day}));
    }
    /// What the purge must leave: all but the cycles themselves.
    std::vector<std::string> figures() {
        auto all = derived(*database);
        std::erase_if(all, [](const std::string& line) { return line.starts_with("cycle "); });
        return all;
    }
    static std::vector<std::string> energies(storage::Database& of) {
        auto all = lines(of, "'day', uid, day, ROUND(energy_kwh, 4), ROUND(co2_kg, 4)",
                         "energy_days JOIN known_devices k ON k.id = device_id");
        for (const char* table : {"quarter_hours", "energy_days"}) {
            for (std::string& line :
                 lines(of, fmt::format("'{}', uid, ROUND(SUM(energy_kwh), 4), ROUND(SUM(co2_kg), 4)", table),
                       fmt::format("{} JOIN known_devices k ON k.id = device_id GROUP BY uid", table)))
                all.push_back(std::move(line));
        }
        for (std::string& line : lines(of, "'measured', uid, co2_measured",
                                       "meter_states JOIN known_devices k ON k.id = device_id"))
            all.push_back(std::move(line));
        return all;
    }
};

TEST_F(RecomputeEdgeTest, WhateverTheOldestRowsSayPurgedPeriodsStay) {
    const core::Instant edge = midnight(5);
    const auto stories = stories_at_an_edge();
    tell(*database, stories, edge, -3 * 24, 4 * 24);
    const auto before = figures();
    for (const auto behind : {0h, 1h, 30h}) {
        purge(edge + behind);
        const RecomputeResult result = recompute();
        EXPECT_TRUE(result.total.empty()) << result.total.text();
        EXPECT_EQ(figures(), before) << behind / 1h;
    }
}

TEST_F(RecomputeEdgeTest, APurgeMayStopAnywhere) {
    const core::Instant edge = midnight(5);
    tell(*database, {{"zero first", odd(0, 3, "0")}, {"null first", odd(0, 3, "null")}}, edge, -4 * 24,
         4 * 24);
    const auto before = figures();
    for (int calls : {1, 3, 9, 20, 33, 34, 35, 36}) {
        int left = calls;
        std::stop_source stop;
        storage::purge_before(*database, {{edge, edge, edge}, options.zone}, stop.get_token(),
                              [&](const auto&) {
                                  if (--left == 0) stop.request_stop();
                              });
        const RecomputeResult result = recompute();
        EXPECT_TRUE(result.total.empty()) << calls << result.total.text();
        EXPECT_EQ(figures(), before) << calls;
    }
}

TEST_F(RecomputeEdgeTest, APurgeMayRunMeanwhile) {
    const core::Instant edge = midnight(5);
    const auto stories = stories_at_an_edge();
    tell(*database, {stories.begin(), stories.begin() + 20}, edge, -4 * 24, 4 * 24);
    const auto before = figures();
    std::atomic<bool> purged{false};
    std::jthread purging([&] {
        for (int hour = -90; hour < 24; hour += 6)
            purge(edge + hour * 1h);
        purged = true;
    });
    while (!purged) {
        const RecomputeResult result = recompute();
        EXPECT_TRUE(result.total.empty()) << result.total.text();
    }
    purging.join();
    EXPECT_EQ(figures(), before);
}

TEST_F(RecomputeEdgeTest, WhatFollowsAPurgeCountsAsIfThereHadBeenNone) {
    const core::Instant edge = midnight(5);
    const auto stories = stories_at_an_edge();
    tell(*database, stories, edge, -3 * 24, 3 * 24);
    purge(edge);
    const auto purged = figures();
    // All but the rows is lost where they are.
    const std::int64_t bucket = core::epoch_ms(edge + 6h) / 900'000;
    database->execute("DELETE FROM quarter_hours WHERE bucket >= ?", bucket);
    database->execute("DELETE FROM corrections WHERE observed_ms >= ?", core::epoch_ms(edge + 6h));
    database->execute("UPDATE meter_states SET energy_state = NULL, co2_state = NULL, co2_measured = 0");
    database->execute("DELETE FROM register_checkpoints");
    EXPECT_FALSE(recompute().total.empty());
    auto rebuilt = figures();
    const auto is_checkpoint = [](const std::string& line) { return line.starts_with("checkpoint"); };
    std::erase_if(rebuilt, is_checkpoint);
    auto expected = purged;
    std::erase_if(expected, is_checkpoint);
    EXPECT_EQ(rebuilt, expected);

    tell(*database, stories, edge, 3 * 24 + 1, 5 * 24 - 1);
    const RecomputeResult result = recompute();
    EXPECT_TRUE(result.total.empty()) << result.total.text();
    tests::FreshDatabase whole;
    tell(*whole, stories, edge, -3 * 24, 5 * 24 - 1);
    EXPECT_EQ(energies(*database), energies(*whole));
}

TEST_F(RecomputeEdgeTest, WhereNoEdgeWasKeptWhatIsStoredStays) {
    const core::Instant edge = midnight(5);
    const auto stories = stories_at_an_edge();
    tell(*database, stories, edge, -3 * 24, 4 * 24);
    const auto before = energies(*database);
    purge(edge);
    forget_edges(edge);
    recompute();
    EXPECT_EQ(energies(*database), before);
    const RecomputeResult again = recompute();
    EXPECT_TRUE(again.total.empty()) << again.total.text();
    // The next purge keeps edges, of registers that are known by then or still are not.
    purge(edge + 30h);
    recompute();
    EXPECT_EQ(energies(*database), before);
    tell(*database, stories, edge, 4 * 24 + 1, 5 * 24 - 1);
    recompute();
    tests::FreshDatabase whole;
    tell(*whole, stories, edge, -3 * 24, 5 * 24 - 1);
    EXPECT_EQ(energies(*database), energies(*whole));
}

TEST_F(RecomputeEdgeTest, RowsThatAreLostBehindAnUnknownEdgeAreRebuiltOnceTheRegisterIsSure) {
    const core::Instant edge = midnight(5);
    const std::vector<Story> stories = {{"zero first", odd(0, 3, "0")}};
    tell(*database, stories, edge, -3 * 24, 4 * 24);
    const auto before = energies(*database);
    purge(edge);
    forget_edges(edge);
    database->execute("UPDATE quarter_hours SET energy_kwh = 77 WHERE bucket > ?",
                      core::epoch_ms(edge + 24h) / 900'000);
    EXPECT_FALSE(recompute().total.empty());
    EXPECT_EQ(energies(*database), before);
}

/// The last readings of a meter that is silent since.
std::vector<Story> stories_that_end() {
    std::vector<Story> stories = {{"healthy", [](int hour) { return hour > 47 ? "" : healthy(hour); }}};
    for (const char* value : {"null", "0", "0.003", "500", "1046.9", "1.8e21", "-0.1", "90000000"}) {
        for (int count : {1, 2, 5})
            stories.push_back({fmt::format("{} times {}", count, value), [=](int hour) -> std::string {
                                   return hour < 48 ? healthy(hour) : hour < 48 + count ? value : "";
                               }});
    }
    return stories;
}

TEST_F(RecomputeEdgeTest, APeriodBehindTheLastReadingChangesNothing) {
    const core::Instant start = midnight(12);
    std::vector<spool::Message> messages;
    std::vector<spool::Message> later;
    const auto all = stories_that_end();
    for (const Story& story : all) {
        for (int hour = 0; hour < 60; ++hour) {
            const core::Instant at = start + hour * 1h;
            const std::string co2 = hour < 48 ? fmt::format("{:.1f}", 500 + 0.3 * hour) : "null";
            if (const auto energy = story.energy(hour); !energy.empty())
                messages.push_back(power(story.uid, {at, "1000", energy, co2}, at));
        }
        for (int hour = 0; hour < 5; ++hour) {
            const core::Instant at = midnight(1) + hour * 1h;
            later.push_back(power(story.uid, {at, "1000", std::to_string(1100 + hour), "520"}, at));
        }
    }
    // One that lives on without CO2.
    for (int hour = 0; hour < 240; ++hour) {
        const core::Instant at = start + hour * 1h;
        messages.push_back(power(
            "no more co2",
            {at, "1000", std::to_string(1000 + hour), hour < 48 ? std::to_string(500 + hour) : "null"}, at));
    }
    feed(messages);
    const auto before = derived(*database);
    for (int days : {11, 10, 9, 3, 0}) {
        RecomputeJob job;
        job.from = options.zone.day_of(midnight(days));
        EXPECT_TRUE(recompute(job).total.empty()) << days << recompute(job).total.text();
        job.to = *job.from;
        EXPECT_TRUE(recompute(job).total.empty()) << days << recompute(job).total.text();
    }
    EXPECT_EQ(derived(*database), before);
    feed(later);
    EXPECT_TRUE(recompute().total.empty());
}

TEST_F(RecomputeEdgeTest, APeriodCountsWhatIsDecidedLongBehindIt) {
    const core::Instant start = midnight(12);
    std::vector<spool::Message> messages;
    for (int hour = 0; hour < 240; ++hour) {
        const core::Instant at = start + hour * 1h;
        // Reset at hour 30, then a week without growth.
        const double energy = hour < 30 ? 1000 + hour : hour < 200 ? 0.7 : 0.7 + hour - 199;
        messages.push_back(power(meter, {at, "1000", fmt::format("{:.1f}", energy)}, at));
    }
    feed(messages);
    const auto before = derived(*database);
    RecomputeJob job;
    job.from = job.to = options.zone.day_of(start + 30h);
    const RecomputeResult result = recompute(job);
    EXPECT_TRUE(result.total.empty()) << result.total.text();
    EXPECT_EQ(derived(*database), before);
}

TEST_F(RecomputeEdgeTest, PeriodsInAnyOrderMakeWhatAllAtOnceMakes) {
    std::vector<core::LocalDay> days;
    const core::Instant start = midnight(30);
    for (int day = 0; day < 30; ++day) {
        days.push_back(options.zone.day_of(start + day * 24h + 1h));
        for (int i = 0; i < 5; ++i)
            insert_raw(meter, start + day * 24h + i * 1h, 1000 + day * 5 + i);
    }
    const auto numbers = [&] { return lines("start_ms, cycle_count", "cycle_time"); };
    const auto job_of = [&](int first, int last) {
        RecomputeJob job;
        job.from = days[static_cast<std::size_t>(first)];
        job.to = days[static_cast<std::size_t>(last)];
        return job;
    };
    tests::FreshDatabase whole;
    whole->execute(fmt::format(
        "INSERT INTO power_monitoring (uid, rtc, power, energy, timestamp) SELECT uid, rtc, power, "
        "energy, timestamp FROM {}.power_monitoring",
        database.options().name));
    Recompute(*whole, options, {}, {}).run({});
    using Periods = std::vector<std::pair<int, int>>;
    for (const Periods& periods :
         {Periods{{21, 29}, {0, 1}, {2, 20}}, Periods{{21, 29}, {10, 12}, {0, 5}, {13, 20}, {6, 9}},
          Periods{{10, 12}, {25, 29}, {0, 3}, {4, 9}, {13, 24}}}) {
        for (const char* table : {"latest_readings", "meter_states", "quarter_hours", "energy_days",
                                  "cycle_days", "register_checkpoints", "corrections", "cycle_time"})
            database->execute(std::string("DELETE FROM ") + table);
        for (const auto& [first, last] : periods)
            recompute(job_of(first, last));
        EXPECT_EQ(numbers(), lines(*whole, "start_ms, cycle_count", "cycle_time"));
        const RecomputeResult result = recompute();
        EXPECT_EQ(result.total.cycles_changed, 0) << result.total.text();
        EXPECT_EQ(derived(*database), derived(*whole));
    }
}

TEST_F(RecomputeEdgeTest, NumbersBehindAPeriodFollowItsCycles) {
    feed_hours(midnight(20), 400);
    database->execute("DELETE FROM power_monitoring WHERE observed_ms BETWEEN ? AND ?",
                      core::epoch_ms(midnight(15)), core::epoch_ms(midnight(15) + 150min));
    RecomputeJob job;
    job.from = job.to = options.zone.day_of(midnight(15));
    recompute(job);
    EXPECT_EQ(lines("MAX(cycle_count), COUNT(*)", "cycle_time"), std::vector<std::string>{"397 397"});
    const core::Instant next = midnight(20) + 401h;
    feed({power(meter, {next, "1000", "9000"}, next)});
    EXPECT_EQ(lines("MAX(cycle_count), COUNT(*)", "cycle_time"), std::vector<std::string>{"398 398"});
    const DeviceChanges after = recompute().total;
    EXPECT_EQ(after.cycles_added + after.cycles_changed + after.cycles_removed + after.cycle_days, 0);
}

}  // namespace
}  // namespace silaware::ingest
