#include "alerts/climate.hpp"

#include <map>

#include "core/text.hpp"

namespace silaware::alerts {

namespace {

struct Quantity {
    Condition condition;
    std::optional<double> maximum;
};

struct Sensor {
    Quantity temperature;
    Quantity humidity;
};

std::optional<double> limit_of(const std::optional<float>& limit) {
    return limit ? std::optional(core::widen(*limit)) : std::nullopt;
}

using OpenAlerts = std::map<std::string, storage::OpenAlert>;

Condition find_condition(std::string_view kind, const std::string& uid, const OpenAlerts& open) {
    const auto found = open.find(storage::alert_key(kind, uid));
    return condition_of(kind, uid, found == open.end() ? std::nullopt : std::optional(found->second));
}

Sensor make_sensor(const std::string& uid, const storage::AlertRules& rules, const OpenAlerts& open) {
    const storage::DeviceLimits limits = storage::climate_limits(rules, uid);
    return {{find_condition(kind::temperature, uid, open), limit_of(limits.max_temperature)},
            {find_condition(kind::humidity, uid, open), limit_of(limits.max_humidity)}};
}

void judge(Lifecycle& lifecycle, Quantity& quantity, const std::optional<float>& reading, core::Instant at,
           const domain::AlertRule& rule) {
    if (!reading) return;
    const double value = core::widen(*reading);
    const auto standing = quantity.maximum ? domain::judge(value, domain::climate_limit(*quantity.maximum))
                                           : domain::Standing::clear;
    lifecycle.judge(quantity.condition, {standing, at, value, quantity.maximum}, rule);
}

/// Without anybody to remind there are no reminders.
domain::AlertRule rule_for(const storage::AlertRules& rules) {
    domain::AlertRule rule = domain::climate_rule;
    if (core::trim(rules.site.temphumid_mailreceiver).empty() && rules.alerts.webhook_url.empty())
        rule.remind_every = {};
    return rule;
}

}  // namespace

void judge_climate(storage::Connection& connection, Lifecycle& lifecycle, const storage::AlertRules& rules,
                   std::span<const ClimateFact> facts) {
    OpenAlerts open;
    for (storage::OpenAlert& alert : storage::open_alerts(connection, kind::temperature, kind::humidity)) {
        open.emplace(alert.open_key, std::move(alert));
    }
    const domain::AlertRule rule = rule_for(rules);
    std::map<std::uint32_t, Sensor> sensors;
    for (const ClimateFact& fact : facts) {
        auto sensor = sensors.find(fact.device_id);
        if (sensor == sensors.end())
            sensor = sensors.emplace(fact.device_id, make_sensor(fact.uid, rules, open)).first;
        judge(lifecycle, sensor->second.temperature, fact.temperature, fact.observed_at, rule);
        judge(lifecycle, sensor->second.humidity, fact.humidity, fact.observed_at, rule);
    }
}

}  // namespace silaware::alerts
