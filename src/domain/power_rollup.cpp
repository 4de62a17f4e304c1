#include "domain/power_rollup.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "domain/energy_register.hpp"
#include "domain/interval_split.hpp"

namespace silaware::domain {

namespace {

constexpr int slot_seconds = 15;
constexpr int slots_per_quarter = 60;
constexpr std::uint64_t all_slots = (std::uint64_t{1} << slots_per_quarter) - 1;

std::uint64_t slot_of(core::Instant at) {
    const auto into = at - quarter_start(at);
    return std::uint64_t{1} << (into / core::Milliseconds{std::chrono::seconds{slot_seconds}});
}

}  // namespace

double most_watts(std::optional<double> rated_kw) {
    const double of_any_load = energy_limits(std::nullopt).most_per_hour;
    return std::max(of_any_load, energy_limits(rated_kw).most_per_hour) * 1000;
}

void PowerQuarter::add(const PowerPoint& sample, double most_watts) {
    slots |= slot_of(sample.at);
    if (!(std::abs(sample.watts) <= most_watts)) return;
    watts_max = samples == 0 ? sample.watts : std::max(watts_max, sample.watts);
    watts_sum += sample.watts;
    ++samples;
}

void PowerQuarter::merge(const PowerQuarter& other) {
    slots |= other.slots;
    if (other.samples == 0) return;
    watts_max = samples == 0 ? other.watts_max : std::max(watts_max, other.watts_max);
    watts_sum += other.watts_sum;
    samples += other.samples;
}

std::optional<double> PowerQuarter::mean_watts() const {
    if (samples == 0) return std::nullopt;
    return watts_sum / static_cast<double>(samples);
}

int covered_seconds(std::uint64_t slots, core::Seconds usual_interval) {
    const auto reach = (std::max<std::int64_t>(usual_interval.count(), 0) + slot_seconds - 1) / slot_seconds;
    auto covered = slots & all_slots;
    for (std::int64_t step = 0; step < std::min<std::int64_t>(reach, slots_per_quarter); ++step) {
        covered |= (covered << 1 | covered >> 1) & all_slots;
    }
    return std::popcount(covered) * slot_seconds;
}

double demand_kw(double energy_kwh, const PowerQuarter& power) {
    constexpr double quarters_per_hour = 4;
    constexpr double nothing_counted = 1e-6;
    if (energy_kwh > nothing_counted) return energy_kwh * quarters_per_hour;
    return std::max(power.mean_watts().value_or(0), 0.0) / 1000;
}

}  // namespace silaware::domain
