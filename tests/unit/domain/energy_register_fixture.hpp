#pragma once

#include <initializer_list>
#include <numeric>
#include <utility>
#include <vector>

#include "domain/energy_register.hpp"

namespace silaware::domain::testing {

/// 2026-03-02 00:00 UTC, a full hour.
inline core::Instant start_of_test() {
    return core::from_epoch_ms(1'772'409'600'000);
}
inline core::Instant minute(double minutes) {
    return start_of_test() + core::Milliseconds{static_cast<std::int64_t>(minutes * 60'000)};
}

inline double total(const std::vector<Increment>& increments) {
    return std::accumulate(increments.begin(), increments.end(), 0.0,
                           [](double sum, const Increment& increment) { return sum + increment.amount; });
}

/// A meter whose readings are written down as (minute, value).
struct Meter {
    RegisterLimits limits = energy_limits(std::nullopt);
    RegisterState state = {};
    std::vector<Increment> increments = {};
    std::vector<Correction> corrections = {};

    void read(const std::vector<std::pair<double, double>>& readings) {
        std::vector<RegisterReading> rows;
        for (const auto& [at, value] : readings)
            rows.push_back({minute(at), value});
        auto folded = fold(state, rows, limits);
        state = std::move(folded.state);
        increments.insert(increments.end(), folded.increments.begin(), folded.increments.end());
        corrections.insert(corrections.end(), folded.corrections.begin(), folded.corrections.end());
    }
    /// `count` readings from minute `from` on, `every` minutes apart, each `step` above the one before.
    void run(double from, double every, int count, double first, double step) {
        std::vector<std::pair<double, double>> readings;
        for (int i = 0; i < count; ++i)
            readings.emplace_back(from + i * every, first + i * step);
        read(readings);
    }
    double energy() const { return total(increments); }
    double energy_between(double from, double to) const {
        double sum = 0;
        for (const auto& [quarter, amount] : sum_by_quarter(increments)) {
            if (quarter >= minute(from) && quarter < minute(to)) sum += amount;
        }
        return sum;
    }
    std::vector<CorrectionClass> classes() const {
        std::vector<CorrectionClass> result;
        for (const auto& correction : corrections)
            result.push_back(correction.kind);
        return result;
    }
};

}  // namespace silaware::domain::testing
