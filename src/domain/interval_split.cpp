#include "domain/interval_split.hpp"

#include <cmath>

namespace silaware::domain {

namespace {

constexpr double unchanged = 1e-9;

double share_until(const Increment& increment, core::Instant until) {
    const auto length = static_cast<double>((increment.to - increment.from).count());
    return increment.amount * (static_cast<double>((until - increment.from).count()) / length);
}

}  // namespace

core::Instant quarter_start(core::Instant instant) {
    const auto since_epoch = instant.time_since_epoch();
    auto rest = since_epoch % quarter_length;
    if (rest < core::Milliseconds::zero()) rest += quarter_length;
    return core::Instant{since_epoch - rest};
}

bool in_one_quarter(const Increment& increment) {
    return increment.to <= quarter_start(increment.from) + quarter_length;
}

std::vector<QuarterAmount> split_into_quarters(const Increment& increment) {
    auto quarter = quarter_start(increment.from);
    if (in_one_quarter(increment)) return {{quarter, increment.amount}};
    std::vector<QuarterAmount> shares;
    double given = 0;
    while (quarter + quarter_length < increment.to) {
        const double until = share_until(increment, quarter + quarter_length);
        shares.push_back({quarter, until - given});
        given = until;
        quarter += quarter_length;
    }
    shares.push_back({quarter, increment.amount - given});
    return shares;
}

void add_to(QuarterSums& sums, std::span<const Increment> increments) {
    for (const auto& increment : increments) {
        for (const auto& share : split_into_quarters(increment))
            sums[share.quarter] += share.amount;
    }
}

QuarterSums sum_by_quarter(std::span<const Increment> increments) {
    QuarterSums sums;
    add_to(sums, increments);
    return sums;
}

QuarterSums difference(const QuarterSums& before, const QuarterSums& after) {
    QuarterSums change = after;
    for (const auto& [quarter, amount] : before)
        change[quarter] -= amount;
    std::erase_if(change, [](const auto& entry) { return std::abs(entry.second) < unchanged; });
    return change;
}

core::Instant hour_start(const core::SiteZone& zone, core::Instant instant) {
    const auto local = zone.to_local_ms(instant).time_since_epoch();
    auto past = local % core::Milliseconds{std::chrono::hours{1}};
    if (past < core::Milliseconds::zero()) past += std::chrono::hours{1};
    return instant - past;
}

date::year_month month_of(core::LocalDay day) {
    const date::year_month_day calendar{day};
    return calendar.year() / calendar.month();
}

core::LocalDay first_day(date::year_month month) {
    return core::LocalDay{month / 1};
}

int days_in(date::year_month month) {
    return static_cast<int>(static_cast<unsigned>((month / date::last).day()));
}

}  // namespace silaware::domain
