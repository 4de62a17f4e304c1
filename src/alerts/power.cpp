#include "alerts/power.hpp"

#include <map>

#include "core/device_id.hpp"

namespace silaware::alerts {

namespace {

struct Meter {
    double rated_watts = 0;
    std::multimap<core::Instant, double> watts;  ///< by observed time
};

/// The readings of the meters that have a rated power.
std::map<std::string, Meter> rated_meters(const storage::AlertRules& rules,
                                          std::span<const PowerFact> facts) {
    std::map<std::string, Meter> meters;
    std::map<std::uint32_t, double> rated;
    for (const PowerFact& fact : facts) {
        auto known = rated.find(fact.device_id);
        if (known == rated.end()) {
            const auto id = core::DeviceId::parse(fact.uid);
            const auto found = rules.rated_power_w.find(id ? id->key() : fact.uid);
            known =
                rated.emplace(fact.device_id, found == rules.rated_power_w.end() ? 0 : found->second).first;
        }
        if (known->second <= 0) continue;
        Meter& meter = meters[fact.uid];
        meter.rated_watts = known->second;
        meter.watts.emplace(fact.observed_at, fact.watts);
    }
    return meters;
}

}  // namespace

void judge_power(storage::Connection& connection, Lifecycle& lifecycle, const storage::AlertRules& rules,
                 std::span<const PowerFact> facts) {
    if (rules.rated_power_w.empty()) return;
    const auto meters = rated_meters(rules, facts);
    if (meters.empty()) return;
    std::map<std::string, storage::OpenAlert> open;
    for (storage::OpenAlert& alert : storage::open_alerts(connection, kind::power))
        open.emplace(alert.open_key, std::move(alert));
    for (const auto& [uid, meter] : meters) {
        const auto found = open.find(storage::alert_key(kind::power, uid));
        Condition condition =
            condition_of(kind::power, uid, found == open.end() ? std::nullopt : std::optional(found->second));
        for (const auto& [at, watts] : meter.watts) {
            const auto standing = domain::judge(watts, domain::power_limit(meter.rated_watts));
            lifecycle.judge(condition, {standing, at, watts, meter.rated_watts}, domain::power_rule);
        }
    }
}

}  // namespace silaware::alerts
