// A simulated load with every fault seen in the field, injected at random with fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include "unit/domain/energy_register_fixture.hpp"

namespace silaware::domain::testing {
namespace {

/// A meter on a load of 1 … 30 kW. What it consumed and a perfect observer could know is `consumed`.
class Field {
  public:
    explicit Field(unsigned seed) : random_(seed) {}

    std::vector<RegisterReading> readings;
    double consumed = 0;

    double pick(double from, double to) { return std::uniform_real_distribution{from, to}(random_); }
    int choose(int from, int to) { return std::uniform_int_distribution{from, to}(random_); }

    void healthy(double minutes_long) {
        for (const auto end = now_ + of_minutes(minutes_long); now_ < end;) {
            consume(next());
            show(shown());
        }
    }
    /// Every reading for a while is `value()`; the load goes on.
    template <typename Value>
    void disturbed(double minutes_long, Value value) {
        for (const auto end = now_ + of_minutes(minutes_long); now_ < end;) {
            consume(next());
            show(value());
        }
    }
    /// The new register starts right after the last reading, so that all its growth can be known.
    void reset() {
        register_ = 0;
        consume(next());
        show(shown());
    }
    void swap(double value) {
        const double before = consumed;
        register_ = value;
        consume(next());
        consumed = before;
        show(shown());
    }
    void gap(double minutes_long) {
        consume(of_minutes(minutes_long));
        show(shown());
    }
    void noise() {
        const double highest = shown();
        consume(of_minutes(0.01));
        show(highest - pick(0.01, 0.19));
    }
    void duplicates() {
        for (int i = choose(1, 4); i > 0; --i)
            readings.push_back(readings.back());
    }
    void several_at_once() {
        const auto shared = now_ + of_minutes(1);
        for (int i = 0; i < 5; ++i) {
            consume(of_minutes(0.2));
            readings.push_back({shared, shown()});
        }
        now_ = shared;
    }
    double shown() const {
        const double value = std::fmod(register_, wraps_at_);
        return resolution_ > 0 ? std::floor(value / resolution_) * resolution_ : value;
    }
    void resolution(double step) { resolution_ = step; }
    void wraps_at(double end) { wraps_at_ = end; }

  private:
    static core::Milliseconds of_minutes(double minutes) {
        return core::Milliseconds{static_cast<std::int64_t>(minutes * 60'000)};
    }
    core::Milliseconds next() { return of_minutes(pick(0.5, 1.5)); }
    void consume(core::Milliseconds span) {
        if (choose(0, 20) == 0) kilowatts_ = pick(1, 30);
        const double energy = kilowatts_ * static_cast<double>(span.count()) / 3.6e6;
        register_ += energy;
        consumed += energy;
        now_ += span;
    }
    void show(double value) { readings.push_back({now_, value}); }

    std::mt19937 random_;
    core::Instant now_ = start_of_test();
    double register_ = 5000;
    double wraps_at_ = 1e12;
    double resolution_ = 0;
    double kilowatts_ = 10;
};

enum class Ties { with, without };

void inject(Field& field, Ties ties) {
    switch (field.choose(0, ties == Ties::with ? 11 : 9)) {
        case 0:
            return field.disturbed(field.pick(1, 60), [] { return 0.0; });
        case 1:
            return field.disturbed(field.pick(1, 60), [&] { return field.pick(-0.009, 0.009); });
        case 2:
            return field.disturbed(field.pick(1, 60), [] { return 1e21; });
        case 3:
            return field.disturbed(field.pick(1, 5), [&] { return field.pick(1e6, 1e21); });
        case 4:
            return field.disturbed(1, [] { return -0.007; });
        case 5:
            return field.shown() > 40 ? field.reset() : field.noise();
        case 6:
            return field.swap(field.choose(0, 1) == 0 || field.shown() < 300 ? 56'842'220
                                                                             : field.shown() / 3 + 100);
        case 7:
            return field.gap(field.pick(60, 600));
        case 8:
            return field.gap(field.pick(1, 31) * 1440);
        case 9:
            return field.noise();
        case 10:
            return field.duplicates();
        default:
            return field.several_at_once();
    }
}

/// Faults of all kinds, each behind three quarters of an hour in which every level gets decided.
Field field_with_faults(unsigned seed, int faults, Ties ties, double resolution = 0) {
    Field field(seed);
    field.resolution(resolution);
    field.swap(field.pick(1000, 9000));
    for (int i = 0; i < faults; ++i) {
        field.healthy(field.pick(60, 120));
        inject(field, ties);
    }
    field.healthy(120);
    return field;
}

/// Faults upon faults without pause: nothing can be known exactly, but some things must hold.
std::vector<RegisterReading> chaos(unsigned seed, int faults) {
    Field field(seed);
    field.swap(field.choose(0, 1) == 0 ? 99'950 : field.pick(0, 9000));
    field.wraps_at(1e5);
    for (int i = 0; i < faults; ++i) {
        inject(field, Ties::without);
        field.healthy(field.pick(0, 30));
    }
    return field.readings;
}

void expect_no_negative_quarter(const QuarterSums& sums) {
    for (const auto& [quarter, amount] : sums)
        ASSERT_GT(amount, -1e-6) << core::format_utc(quarter);
}

TEST(EnergyRegisterProperty, TheTotalIsTheTrueConsumptionWhateverFaultsAreInjected) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(seed);
        const auto field = field_with_faults(seed, 12, Ties::with);
        const auto folded = fold({}, field.readings, {});
        ASSERT_NEAR(total(folded.increments), field.consumed, 1e-3);
        expect_no_negative_quarter(sum_by_quarter(folded.increments));
    }
}

TEST(EnergyRegisterProperty, ARatedPowerACoarseRegisterAndAClockWithoutSecondsChangeLittle) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        constexpr double resolution = 0.1;
        constexpr int faults = 12;
        auto field = field_with_faults(seed, faults, Ties::without, resolution);
        for (auto& reading : field.readings)
            reading.at = date::floor<std::chrono::minutes>(reading.at);
        const auto folded = fold({}, field.readings, energy_limits(30));
        // Each new level begins somewhere within a step of the register, and a fall by noise may hide a step.
        ASSERT_NEAR(total(folded.increments), field.consumed, (faults + 2) * resolution);
        expect_no_negative_quarter(sum_by_quarter(folded.increments));
    }
}

TEST(EnergyRegisterProperty, SpikesOfAnyHeightThatComeBackCountNothing) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(seed);
        Field field(seed);
        field.swap(field.pick(1000, 9000));
        field.healthy(120);
        for (int i = 0; i < 12; ++i) {
            const double height = std::pow(10, field.pick(0.4, 3));
            const double value = field.shown() + height;
            // Until the register has passed it, a standing spike is no load.
            field.disturbed(field.choose(0, 1) == 0 ? 0.5 : std::min(4.0, height), [&] { return value; });
            field.healthy(field.pick(60, 120));
        }
        const auto folded = fold({}, field.readings, {});
        EXPECT_NEAR(total(folded.increments), field.consumed, 1e-3);
        expect_no_negative_quarter(sum_by_quarter(folded.increments));
    }
}

TEST(EnergyRegisterProperty, RolloversLoseNothing) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        Field field(seed);
        const double end = std::pow(10, field.choose(5, 8));
        field.swap(end - field.pick(20, 60));
        field.wraps_at(end);
        for (int i = 0; i < 10; ++i) {
            field.healthy(30);
            field.disturbed(field.pick(1, 40), [&] { return field.choose(0, 1) == 0 ? 1e21 : 0.0; });
        }
        field.healthy(120);
        ASSERT_NEAR(total(fold({}, field.readings, {}).increments), field.consumed, 1e-2);
    }
}

TEST(EnergyRegisterProperty, EnergyIsNeverNegativeThroughChaos) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(seed);
        const auto folded = fold({}, chaos(seed, 40), {});
        expect_no_negative_quarter(sum_by_quarter(folded.increments));
        ASSERT_LT(serialize(folded.state).size(), 10'000U);
    }
}

TEST(EnergyRegisterProperty, BatchBoundariesDoNotMatter) {
    std::mt19937 random(7);
    for (unsigned seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        const auto readings = chaos(seed, 20);
        const auto whole = fold({}, readings, {});
        RegisterFold parts;
        QuarterSums sums;
        for (std::size_t from = 0; from < readings.size();) {
            const auto count = std::min<std::size_t>(1 + random() % 50, readings.size() - from);
            const auto state = parse_register_state(serialize(parts.state));
            auto part = fold(*state, std::span(readings).subspan(from, count), {});
            from += count;
            parts.state = part.state;
            add_to(sums, part.increments);
            parts.corrections.insert(parts.corrections.end(), part.corrections.begin(),
                                     part.corrections.end());
            parts.checkpoints.insert(parts.checkpoints.end(), part.checkpoints.begin(),
                                     part.checkpoints.end());
        }
        ASSERT_EQ(parts.state, whole.state);
        ASSERT_EQ(parts.corrections, whole.corrections);
        ASSERT_EQ(parts.checkpoints, whole.checkpoints);
        for (const auto& [quarter, change] : difference(sums, sum_by_quarter(whole.increments))) {
            ASSERT_NEAR(change, 0, 1e-6) << core::format_utc(quarter);
        }
    }
}

/// The tables as a storage layer keeps them: rows, roll-ups, corrections, checkpoints, head.
class Tables {
  public:
    void deliver(std::vector<RegisterReading> batch) {
        std::stable_sort(batch.begin(), batch.end(), earlier);
        if (!state.head || batch.front().at >= *state.head) {
            fold_on(batch);
        } else {
            fold_again(batch);
        }
        rows_.insert(rows_.end(), batch.begin(), batch.end());
        std::stable_sort(rows_.begin(), rows_.end(), earlier);
        const auto newest = checkpoints.rbegin()->first;
        checkpoints.erase(checkpoints.begin(), checkpoints.lower_bound(newest - checkpoints_kept));
    }

    RegisterState state;
    QuarterSums sums;
    std::vector<Correction> corrections;
    std::map<core::Instant, RegisterState> checkpoints;

  private:
    static bool earlier(const RegisterReading& left, const RegisterReading& right) {
        return left.at < right.at;
    }

    void fold_on(const std::vector<RegisterReading>& batch) {
        auto folded = fold(state, batch, {});
        state = folded.state;
        add_to(sums, folded.increments);
        corrections.insert(corrections.end(), folded.corrections.begin(), folded.corrections.end());
        for (const auto& checkpoint : folded.checkpoints)
            checkpoints[checkpoint.before] = checkpoint.state;
    }

    void fold_again(const std::vector<RegisterReading>& batch) {
        RegisterState from;
        auto since = core::Instant::min();
        if (auto found = checkpoints.upper_bound(batch.front().at); found != checkpoints.begin()) {
            --found;
            since = found->first;
            from = *parse_register_state(serialize(found->second));
        }
        std::vector<RegisterReading> before;
        for (const auto& row : rows_) {
            if (row.at >= since) before.push_back(row);
        }
        auto all = before;
        all.insert(all.end(), batch.begin(), batch.end());
        std::stable_sort(all.begin(), all.end(), earlier);
        const auto change = refold(from, before, {}, all, {});
        state = change.state;
        for (const auto& [quarter, amount] : change.changes)
            sums[quarter] += amount;
        for (const auto& gone : change.withdrawn) {
            corrections.erase(std::find(corrections.begin(), corrections.end(), gone));
        }
        corrections.insert(corrections.end(), change.added.begin(), change.added.end());
        checkpoints.erase(checkpoints.lower_bound(since), checkpoints.end());
        for (const auto& checkpoint : change.checkpoints)
            checkpoints[checkpoint.before] = checkpoint.state;
    }

    std::vector<RegisterReading> rows_;
};

std::vector<Correction> sorted(std::vector<Correction> corrections) {
    std::sort(corrections.begin(), corrections.end(), [](const Correction& left, const Correction& right) {
        return std::tuple{left.observed_at, left.kind, left.before, left.after, left.energy} <
               std::tuple{right.observed_at, right.kind, right.before, right.after, right.energy};
    });
    return corrections;
}

/// In the order of receipt, when each meter clock was up to 24 h off at every reading.
std::vector<RegisterReading> received_out_of_order(const std::vector<RegisterReading>& readings,
                                                   std::mt19937& random) {
    std::multimap<core::Instant, RegisterReading> by_receipt;
    const int most_off = random() % 3 == 0 ? 86'400 : 600;
    std::uniform_int_distribution<int> seconds_off(-most_off, most_off);
    for (const auto& reading : readings) {
        by_receipt.emplace(reading.at + core::Seconds{seconds_off(random)}, reading);
    }
    std::vector<RegisterReading> delivered;
    for (const auto& [receipt, reading] : by_receipt)
        delivered.push_back(reading);
    return delivered;
}

TEST(EnergyRegisterProperty, TheOrderOfDeliveryDoesNotMatter) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        const auto readings = chaos(seed, 12);
        const auto in_order = fold({}, readings, {});
        std::mt19937 random(seed);
        const auto delivered = received_out_of_order(readings, random);
        Tables tables;
        for (std::size_t from = 0; from < delivered.size();) {
            const auto count = std::min<std::size_t>(1 + random() % 30, delivered.size() - from);
            const auto begin = delivered.begin() + static_cast<std::ptrdiff_t>(from);
            tables.deliver({begin, begin + static_cast<std::ptrdiff_t>(count)});
            from += count;
        }
        ASSERT_EQ(tables.state, in_order.state);
        ASSERT_EQ(sorted(tables.corrections), sorted(in_order.corrections));
        for (const auto& [before, state] : tables.checkpoints) {
            const auto same = [time = before](const auto& checkpoint) { return checkpoint.before == time; };
            const auto found = std::find_if(in_order.checkpoints.begin(), in_order.checkpoints.end(), same);
            ASSERT_NE(found, in_order.checkpoints.end());
            ASSERT_EQ(found->state, state);
        }
        for (const auto& [quarter, change] : difference(tables.sums, sum_by_quarter(in_order.increments))) {
            ASSERT_NEAR(change, 0, 1e-6) << core::format_utc(quarter);
        }
    }
}

}  // namespace
}  // namespace silaware::domain::testing
