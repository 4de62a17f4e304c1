#include "portal/site_demand.hpp"

#include <algorithm>
#include <bit>

namespace silaware::portal {

namespace {

constexpr std::size_t days_kept = 800;

/// What is known of a day without looking at its quarter hours.
struct Candidate {
    core::LocalDay day{};
    double at_most_kw = 0;  ///< the meters' own maxima together
    std::uint64_t fingerprint = 14695981039346656037u;

    void add(const storage::DayEnergy& energy) {
        at_most_kw += energy.max_demand_kw.value_or(0);
        mix(energy.device_id);
        mix(std::bit_cast<std::uint64_t>(energy.energy_kwh));
        mix(std::bit_cast<std::uint64_t>(energy.max_demand_kw.value_or(0)));
    }

  private:
    void mix(std::uint64_t value) { fingerprint = (fingerprint ^ value) * 1099511628211u; }
};

/// The most promising days of `meters`, which are sorted, first.
std::vector<Candidate> candidates(const std::vector<storage::KnownDeviceId>& meters,
                                  std::span<const storage::DayEnergy> days) {
    std::map<core::LocalDay, Candidate> by_day;
    for (const auto& energy : days) {
        if (!std::binary_search(meters.begin(), meters.end(), energy.device_id)) continue;
        Candidate& candidate = by_day[energy.day];
        candidate.day = energy.day;
        candidate.add(energy);
    }
    std::vector<Candidate> sorted;
    for (const auto& [day, candidate] : by_day)
        sorted.push_back(candidate);
    // The first of equals, as everywhere.
    std::sort(sorted.begin(), sorted.end(), [](const Candidate& left, const Candidate& right) {
        return std::pair(-left.at_most_kw, left.day) < std::pair(-right.at_most_kw, right.day);
    });
    return sorted;
}

}  // namespace

std::optional<storage::JointDemand> SiteDemand::highest(storage::Connection& connection,
                                                        std::vector<storage::KnownDeviceId> meters,
                                                        std::span<const storage::DayEnergy> days,
                                                        const core::SiteZone& zone) {
    std::sort(meters.begin(), meters.end());
    std::optional<storage::JointDemand> best;
    for (const Candidate& candidate : candidates(meters, days)) {
        if (candidate.at_most_kw <= (best ? best->kw : 0)) break;
        auto known = recall(candidate.day);
        if (!known || known->fingerprint != candidate.fingerprint) {
            known = Remembered{candidate.fingerprint,
                               storage::joint_demand(connection, meters, zone.start_of_day(candidate.day),
                                                     zone.start_of_day(candidate.day + date::days{1}))};
            remember(candidate.day, *known);
        }
        if (known->demand && (!best || known->demand->kw > best->kw)) best = known->demand;
    }
    return best;
}

std::optional<SiteDemand::Remembered> SiteDemand::recall(core::LocalDay day) {
    const std::lock_guard lock(mutex_);
    const auto found = days_.find(day);
    return found == days_.end() ? std::nullopt : std::optional(found->second);
}

void SiteDemand::remember(core::LocalDay day, const Remembered& remembered) {
    const std::lock_guard lock(mutex_);
    if (days_.size() >= days_kept) days_.clear();
    days_[day] = remembered;
}

}  // namespace silaware::portal
