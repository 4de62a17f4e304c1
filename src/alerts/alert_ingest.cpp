#include "alerts/alert_ingest.hpp"

#include "alerts/climate.hpp"
#include "alerts/maintenance.hpp"
#include "alerts/power.hpp"

namespace silaware::alerts {

void AlertIngest::on_runs(storage::Connection& connection, std::span<const RunGrowth> growth,
                          core::Instant now) {
    if (growth.empty()) return;
    Lifecycle lifecycle(connection, options_.texts, now);
    judge_maintenance(connection, lifecycle, growth, now);
    tell(connection, lifecycle, now);
}

void AlertIngest::on_climate(storage::Connection& connection, std::span<const ClimateFact> facts,
                             core::Instant now) {
    if (facts.empty()) return;
    Lifecycle lifecycle(connection, options_.texts, now);
    judge_climate(connection, lifecycle, rules_.current(connection), facts);
    tell(connection, lifecycle, now);
}

void AlertIngest::on_power(storage::Connection& connection, std::span<const PowerFact> facts,
                           core::Instant now) {
    if (facts.empty()) return;
    Lifecycle lifecycle(connection, options_.texts, now);
    judge_power(connection, lifecycle, rules_.current(connection), facts);
    tell(connection, lifecycle, now);
}

void AlertIngest::tell(storage::Connection& connection, const Lifecycle& lifecycle, core::Instant now) {
    if (lifecycle.notices().empty()) return;
    notifier_.tell(connection, rules_.current(connection), lifecycle.notices(), now);
}

}  // namespace silaware::alerts
