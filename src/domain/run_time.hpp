#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "domain/run_message.hpp"

namespace silaware::domain {

/// What one machine ran on one day of the site.
struct DayRun {
    core::LocalDay day;
    std::int64_t run_seconds = 0;
    std::int64_t cycles = 0;  ///< records that start on this day

    bool operator==(const DayRun&) const = default;
};

/// `total_run` of a record over the site days of [start, stop], in proportion to the overlap with each.
///
/// The running sum is rounded at each midnight, so the days add up to `total_run` exactly. With start = stop
/// all of it falls on that day. Days without a share are left out, but for the first, which has the cycle.
/// The epochs are as `parse_run` accepts them.
std::vector<DayRun> spread_run(const RunMessage& run, const core::SiteZone& zone);

/// Days from `first` to `last`, both included.
struct DayRange {
    core::LocalDay first;
    core::LocalDay last;

    bool contains(core::LocalDay day) const { return first <= day && day <= last; }
    bool operator==(const DayRange&) const = default;
};

/// The windows of the utility dashboard; all end with today, but for `yesterday` and `yoy`.
struct RunWindows {
    DayRange today;
    DayRange yesterday;
    DayRange week;   ///< ISO week, from Monday
    DayRange month;  ///< calendar month
    DayRange ytd;    ///< from 1 January
    DayRange yoy;    ///< 1 January of last year to the same date; of 29 February to the 28th
};
/// Those of a day of the site.
RunWindows run_windows(core::LocalDay today);

/// Run seconds of one machine per window.
struct RunTimes {
    std::int64_t today = 0;
    std::int64_t yesterday = 0;
    std::int64_t week = 0;
    std::int64_t month = 0;
    std::int64_t ytd = 0;
    std::int64_t yoy = 0;
    std::int64_t total = 0;  ///< of all days given
    std::int64_t cycles_today = 0;

    bool operator==(const RunTimes&) const = default;
};

}  // namespace silaware::domain
