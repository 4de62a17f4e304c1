#pragma once

#include <chrono>
#include <map>
#include <span>
#include <vector>

#include "core/time.hpp"

namespace silaware::domain {

/// The grain of every roll-up. The offset of every IANA zone from UTC has been a multiple of 15 minutes
/// since 1972, so the quarter hours of any site, zones with :30 and :45 and the days of a clock change
/// included, are the quarter hours of UTC, and no site-local hour, day or month cuts one in two.
inline constexpr core::Milliseconds quarter_length = std::chrono::minutes{15};

/// An amount (kWh, kg) that came about between two instants; `from == to` is an amount at one instant.
struct Increment {
    core::Instant from;
    core::Instant to;
    double amount = 0;
    bool operator==(const Increment&) const = default;
};

/// The share of one quarter hour; `quarter` is its first instant.
struct QuarterAmount {
    core::Instant quarter;
    double amount = 0;
    bool operator==(const QuarterAmount&) const = default;
};

/// Amounts by the first instant of their quarter hour.
using QuarterSums = std::map<core::Instant, double>;

/// The first instant of the quarter hour that holds `instant`; an instant on a boundary begins the next one.
core::Instant quarter_start(core::Instant instant);
/// True if the whole increment lies in one quarter hour.
bool in_one_quarter(const Increment& increment);
/// The increment spread linearly in time over the quarter hours it touches, oldest first; the shares add up
/// to its amount.
std::vector<QuarterAmount> split_into_quarters(const Increment& increment);
/// Adds the shares of `increments` to `sums`.
void add_to(QuarterSums& sums, std::span<const Increment> increments);
/// The sums of `increments` by quarter hour.
QuarterSums sum_by_quarter(std::span<const Increment> increments);
/// `after − before` per quarter hour; quarter hours that did not change (within 1e-9) are left out.
QuarterSums difference(const QuarterSums& before, const QuarterSums& after);

/// The first instant of the site's clock hour that holds `instant` (for 1-hour steps of a chart).
core::Instant hour_start(const core::SiteZone& zone, core::Instant instant);
/// The month of a site-local day.
date::year_month month_of(core::LocalDay day);
/// The first day of a month.
core::LocalDay first_day(date::year_month month);
/// The number of days of a month, 28 … 31.
int days_in(date::year_month month);

}  // namespace silaware::domain
