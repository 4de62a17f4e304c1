#include "alerts/maintenance.hpp"

#include "storage/maintenance_store.hpp"

namespace silaware::alerts {

namespace {

constexpr double seconds_per_hour = 3600;

void tell(storage::Connection& connection, Lifecycle& lifecycle, const std::string& uid,
          std::int64_t run_seconds, double passed_hours, double interval_hours, core::Instant now) {
    Condition condition =
        condition_of(kind::maintenance, uid, storage::open_alert(connection, kind::maintenance, uid));
    // A multiple that was not serviced yet gives way to the higher one.
    lifecycle.clear(condition, now);
    const double hours = static_cast<double>(run_seconds) / seconds_per_hour;
    lifecycle.judge(condition, {domain::Standing::beyond, now, hours, passed_hours}, {});
    if (!lifecycle.notices().empty()) lifecycle.notices().back().interval_hours = interval_hours;
}

}  // namespace

void judge_maintenance(storage::Connection& connection, Lifecycle& lifecycle,
                       std::span<const RunGrowth> growth, core::Instant now) {
    const auto limit = storage::maintenance_limit_hours(connection);
    if (!limit || domain::maintenance_limit_ms(*limit) == 0) return;
    for (const RunGrowth& machine : growth) {
        const auto record = storage::maintenance_record(connection, machine.device_id);
        const std::int64_t before =
            std::max<std::int64_t>(machine.before_seconds - record.serviced_at_seconds, 0);
        const std::int64_t after =
            std::max<std::int64_t>(machine.after_seconds - record.serviced_at_seconds, 0);
        const auto decision = domain::decide_maintenance(record.state, before, after, *limit);
        if (decision.state != record.state)
            storage::save_maintenance(connection, machine.device_id, decision.state, *limit);
        if (!decision.due) continue;
        storage::log_notification(connection, machine.uid, *decision.due, machine.after_seconds, now);
        tell(connection, lifecycle, machine.uid, after, static_cast<double>(*decision.due) * *limit, *limit,
             now);
    }
}

}  // namespace silaware::alerts
