#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/time.hpp"

namespace silaware::domain {

/// One power reading of a meter, in watts.
struct PowerPoint {
    core::Instant at;
    double watts = 0;
};

/// What no load of a meter can draw or feed back, in watts: 20 MW, or 1.5 times the rated power (absent or
/// not positive: not known) where that is more (see `energy_limits`). An overload stays far below it; beyond
/// it a meter is broken.
double most_watts(std::optional<double> rated_kw);

/// What the power samples of one quarter hour add up to. Every field is a count, a sum, a maximum or a set,
/// so quarter hours can be merged in any order, and the order in which samples arrive changes nothing. The
/// mean is that of the samples: meters report at a steady rhythm, and a time-weighted mean could not be
/// merged when late samples arrive.
struct PowerQuarter {
    std::int64_t samples = 0;
    double watts_sum = 0;
    double watts_max = 0;
    std::uint64_t slots = 0;  ///< bit i: a reading in the i-th of the 60 slots of 15 s; merged with OR

    /// One whose power is not finite, or beyond `most_watts` in either direction, only marks its slot as
    /// covered.
    void add(const PowerPoint& sample, double most_watts);
    void merge(const PowerQuarter& other);
    /// Nothing without samples.
    std::optional<double> mean_watts() const;
    bool operator==(const PowerQuarter&) const = default;
};

/// Quarter hours by their first instant.
using PowerQuarters = std::map<core::Instant, PowerQuarter>;

/// Seconds (0 … 900) of a quarter hour in which the meter was heard: each reading stands for its slot of 15 s
/// and one `usual_interval` before and after it, so that a single late report is no gap.
int covered_seconds(std::uint64_t slots, core::Seconds usual_interval);

/// Mean demand of a quarter hour in kW: the growth of the register in it divided by a quarter of an hour, so
/// that a quarter hour that is still going on, or that the meter was silent in, never shows more than was
/// metered; where the register counted nothing, the mean of the power samples; 0 without either.
double demand_kw(double energy_kwh, const PowerQuarter& power);

}  // namespace silaware::domain
