#include "domain/cycle.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

using namespace silaware;
using core::from_epoch_ms;
using core::Instant;
using core::Milliseconds;
using domain::Cycle;
using domain::CycleWindow;
using domain::fold_cycles;

namespace {

constexpr Milliseconds gap{20'000};

Instant at(double seconds) {
    return from_epoch_ms(1'790'000'000'000 + static_cast<std::int64_t>(seconds * 1000 + 0.5));
}

Cycle cycle(double start, double stop, std::int64_t count, std::int64_t id = 0) {
    return {at(start), at(stop), count, id};
}

domain::CycleChanges fold(std::vector<Cycle> stored, std::vector<Instant> readings,
                          std::int64_t last_count = 0) {
    return fold_cycles({std::move(stored), last_count}, readings, gap);
}

/// The table as a store would keep it: loads what the header asks for, writes what the changes say.
class Table {
  public:
    void ingest(const std::vector<Instant>& readings, std::size_t extra_neighbours) {
        apply(fold_cycles(load(readings, extra_neighbours), readings, gap));
    }

    std::vector<Cycle> cycles() const {
        std::vector<Cycle> result;
        for (const auto& [id, row] : rows_)
            result.push_back({row.start, row.stop, row.count, 0});
        std::sort(result.begin(), result.end(), [](auto& a, auto& b) { return a.start < b.start; });
        return result;
    }

  private:
    CycleWindow load(const std::vector<Instant>& readings, std::size_t extra) const {
        const auto [first, last] = std::minmax_element(readings.begin(), readings.end());
        std::vector<Cycle> all;
        for (const auto& [id, row] : rows_)
            all.push_back(row);
        std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.start < b.start; });
        std::size_t from = 0;
        std::size_t to = all.size();
        while (from < all.size() && all[from].stop < *first - gap)
            ++from;
        while (to > from && all[to - 1].start > *last + gap)
            --to;
        from -= std::min(from, 1 + extra);
        to = std::min(all.size(), to + 1 + extra);
        return {
            {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to)},
            0};
    }

    void apply(const domain::CycleChanges& changes) {
        if (changes.shift != 0) {
            for (auto& [id, row] : rows_) {
                if (row.start > changes.shift_after) row.count += changes.shift;
            }
        }
        for (const Cycle& gone : changes.removed)
            rows_.erase(gone.id);
        for (const Cycle& changed : changes.changed)
            rows_.at(changed.id) = changed;
        for (Cycle added : changes.added) {
            added.id = ++last_id_;
            rows_.emplace(added.id, added);
        }
    }

    std::map<std::int64_t, Cycle> rows_;
    std::int64_t last_id_ = 0;
};

/// The definition, from all readings in order of time.
std::vector<Cycle> sorted_offline(std::vector<Instant> readings) {
    std::sort(readings.begin(), readings.end());
    std::vector<Cycle> result;
    for (const Instant reading : readings) {
        if (!result.empty() && reading - result.back().stop <= gap) {
            result.back().stop = reading;
        } else {
            result.push_back({reading, reading, static_cast<std::int64_t>(result.size()) + 1, 0});
        }
    }
    return result;
}

}  // namespace

TEST(Cycle, TheFirstReadingOpensCycleNumberOne) {
    const auto changes = fold({}, {at(0)});
    EXPECT_EQ(changes.added, std::vector{cycle(0, 0, 1)});
    EXPECT_TRUE(changes.changed.empty());
    EXPECT_EQ(changes.shift, 0);
}

TEST(Cycle, ReadingAtExactlyTheGapStillExtends) {
    const auto changes = fold({cycle(0, 10, 1, 7)}, {at(30)});
    EXPECT_EQ(changes.changed, std::vector{cycle(0, 30, 1, 7)});
    EXPECT_TRUE(changes.added.empty());
}

TEST(Cycle, ReadingAMillisecondPastTheGapOpensTheNext) {
    const auto changes = fold({cycle(0, 10, 1, 7)}, {at(30.001)});
    EXPECT_EQ(changes.added, std::vector{cycle(30.001, 30.001, 2)});
    EXPECT_TRUE(changes.changed.empty());
    EXPECT_EQ(changes.shift, 0);
}

TEST(Cycle, ReadingInsideACycleChangesNothing) {
    EXPECT_TRUE(fold({cycle(0, 10, 1, 7)}, {at(4), at(10), at(0)}).empty());
}

TEST(Cycle, LateReadingBeforeACycleExtendsItBackwards) {
    const auto changes = fold({cycle(100, 110, 3, 7)}, {at(80)});
    EXPECT_EQ(changes.changed, std::vector{cycle(80, 110, 3, 7)});
}

TEST(Cycle, LateReadingThatJoinsTwoCyclesRenumbersTheLaterOnes) {
    const auto changes = fold({cycle(0, 10, 1, 1), cycle(45, 50, 2, 2), cycle(100, 110, 3, 3)}, {at(28)});
    EXPECT_EQ(changes.changed, (std::vector{cycle(0, 50, 1, 1), cycle(100, 110, 2, 3)}));
    EXPECT_EQ(changes.removed, std::vector{cycle(45, 50, 2, 2)});
    EXPECT_EQ(changes.shift, -1);
    EXPECT_EQ(changes.shift_after, at(110));
}

TEST(Cycle, LateReadingThatOpensACycleRenumbersTheLaterOnes) {
    const auto changes = fold({cycle(0, 10, 41, 1), cycle(1000, 1010, 42, 2)}, {at(500)});
    EXPECT_EQ(changes.added, std::vector{cycle(500, 500, 42)});
    EXPECT_EQ(changes.changed, std::vector{cycle(1000, 1010, 43, 2)});
    EXPECT_EQ(changes.shift, 1);
}

TEST(Cycle, ReadingBeforeAllCyclesTakesTheFirstNumber) {
    const auto changes = fold({cycle(1000, 1010, 41, 2)}, {at(500)});
    EXPECT_EQ(changes.added, std::vector{cycle(500, 500, 41)});
    EXPECT_EQ(changes.changed, std::vector{cycle(1000, 1010, 42, 2)});
}

TEST(Cycle, NumbersGoOnAfterAnUpgrade) {
    EXPECT_EQ(fold({cycle(0, 10, 41, 9)}, {at(500)}).added, std::vector{cycle(500, 500, 42)});
}

TEST(Cycle, NumbersGoOnAfterAPurgeTookEveryCycle) {
    EXPECT_EQ(fold({}, {at(500), at(600)}, 41).added,
              (std::vector{cycle(500, 500, 42), cycle(600, 600, 43)}));
}

TEST(Cycle, OneBatchMayHoldSeveralCycles) {
    const auto changes = fold({}, {at(100), at(0), at(15), at(200), at(110)});
    EXPECT_EQ(changes.added, (std::vector{cycle(0, 15, 1), cycle(100, 110, 2), cycle(200, 200, 3)}));
    EXPECT_EQ(changes.cycles, changes.added);
}

TEST(Cycle, CyclesThatNoReadingTouchesKeepTheirLimits) {
    // Written under a shorter gap: 15 s apart, yet two cycles.
    const auto changes = fold({cycle(0, 10, 1, 1), cycle(25, 30, 2, 2)}, {at(500)});
    EXPECT_EQ(changes.added, std::vector{cycle(500, 500, 3)});
    EXPECT_TRUE(changes.changed.empty());
    EXPECT_TRUE(changes.removed.empty());
}

TEST(Cycle, NoReadingsChangeNothing) {
    EXPECT_TRUE(fold({cycle(0, 10, 1, 1)}, {}).empty());
    EXPECT_TRUE(fold({}, {}).empty());
}

TEST(Cycle, OppositeShiftsInOneBatchCancelOut) {
    const auto changes =
        fold({cycle(0, 10, 1, 1), cycle(45, 50, 2, 2), cycle(500, 510, 3, 3)}, {at(28), at(200)});
    EXPECT_EQ(changes.added, std::vector{cycle(200, 200, 2)});
    EXPECT_EQ(changes.changed, std::vector{cycle(0, 50, 1, 1)});
    EXPECT_EQ(changes.shift, 0);
}

TEST(Cycle, DurationIsHoursMinutesSeconds) {
    EXPECT_EQ(domain::duration_text(cycle(0, 0, 1)), "00:00:00");
    EXPECT_EQ(domain::duration_text(cycle(0, 3661.9, 1)), "01:01:01");
    EXPECT_EQ(domain::duration_text(cycle(0, 100 * 3600 + 59, 1)), "100:00:59");
}

TEST(Cycle, ItsTimeIsSplitAtTheSitesMidnights) {
    const auto zone = *core::SiteZone::find("Asia/Jakarta");
    const core::LocalDay day{date::year{2026} / 11 / 23};
    const auto hours = [&](int count) { return zone.start_of_day(day) + std::chrono::hours{count}; };
    using domain::spread_cycle;
    EXPECT_EQ(spread_cycle({hours(1), hours(3)}, zone),
              (std::vector<domain::DayCycle>{{day, std::chrono::hours{2}}}));
    EXPECT_EQ(spread_cycle({hours(22), hours(49)}, zone),
              (std::vector<domain::DayCycle>{{day, std::chrono::hours{2}},
                                             {day + date::days{1}, std::chrono::hours{24}},
                                             {day + date::days{2}, std::chrono::hours{1}}}));
    EXPECT_EQ(spread_cycle({hours(22), hours(24)}, zone),
              (std::vector<domain::DayCycle>{{day, std::chrono::hours{2}}}));
    EXPECT_TRUE(spread_cycle({hours(5), hours(5)}, zone).empty());
}

TEST(CycleProperty, AnyOrderAndAnyBatchesEqualTheSortedResult) {
    std::mt19937 random(20261123);
    for (int round = 0; round < 1500; ++round) {
        std::vector<Instant> readings;
        const int size = std::uniform_int_distribution(1, 60)(random);
        double now = 0;
        for (int i = 0; i < size; ++i) {
            static constexpr double steps[] = {0, 1, 5, 19.999, 20, 20.001, 35, 60, 500};
            now += steps[random() % std::size(steps)];
            readings.push_back(at(now));
        }
        auto delivered = readings;
        if (round % 3 != 0) std::shuffle(delivered.begin(), delivered.end(), random);
        Table table;
        for (std::size_t begin = 0; begin < delivered.size();) {
            const std::size_t end = std::min(delivered.size(), begin + 1 + random() % 9);
            table.ingest({delivered.begin() + static_cast<std::ptrdiff_t>(begin),
                          delivered.begin() + static_cast<std::ptrdiff_t>(end)},
                         random() % 3);
            begin = end;
        }
        ASSERT_EQ(table.cycles(), sorted_offline(readings)) << "round " << round;
    }
}
