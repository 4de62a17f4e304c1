#include "domain/alert_policy.hpp"

#include <algorithm>
#include <cmath>

namespace silaware::domain {

namespace {

bool is_open(const AlertState& state) {
    return state.phase == AlertPhase::raised || state.phase == AlertPhase::acknowledged;
}

AlertDecision when_beyond(AlertState state, core::Instant at, const AlertRule& rule) {
    if (state.phase == AlertPhase::quiet) {
        state.phase = AlertPhase::pending;
        state.since = at;
    }
    if (state.phase == AlertPhase::pending) {
        if (at - state.since < rule.hold) return {state, AlertStep::none};
        state.phase = AlertPhase::raised;
        state.notified_at = at;
        return {state, AlertStep::raise};
    }
    const bool reminds = state.phase == AlertPhase::raised && rule.remind_every.count() > 0;
    if (!reminds || at - state.notified_at < rule.remind_every) return {state, AlertStep::none};
    state.notified_at = at;
    return {state, AlertStep::remind};
}

}  // namespace

Standing judge(double value, const Limit& limit) {
    const double sign = limit.side == Side::above ? 1 : -1;
    const double beyond = (value - limit.value) * sign;
    // The clearing level is a difference of decimals: 30.1 − 0.5 must equal 29.6.
    const double tolerance = 1e-9 * std::max(1.0, std::abs(limit.value));
    if (beyond > 0) return Standing::beyond;
    return beyond <= tolerance - limit.hysteresis ? Standing::clear : Standing::near;
}

AlertDecision advance(const AlertState& state, Standing standing, core::Instant at, const AlertRule& rule) {
    if (at < state.seen) return {state, AlertStep::none};
    AlertState next = state;
    next.seen = at;
    if (standing == Standing::beyond) return when_beyond(next, at, rule);
    if (is_open(next) && standing == Standing::near) return {next, AlertStep::none};
    const AlertStep step = is_open(next) ? AlertStep::clear : AlertStep::none;
    return {AlertState{.seen = at}, step};
}

AlertState acknowledged(AlertState state) {
    if (state.phase == AlertPhase::raised) state.phase = AlertPhase::acknowledged;
    return state;
}

Limit climate_limit(double maximum) {
    return {maximum, 0.5};
}

Limit power_limit(double rated_watts) {
    return {rated_watts, 0.05 * rated_watts};
}

Limit power_factor_limit() {
    return {0.85, 0.01, Side::below};
}

std::optional<double> mean_power_factor(double kwh, double kvah, double least_kwh) {
    if (!(kwh >= least_kwh) || !(kvah > 0)) return std::nullopt;
    return std::min(kwh / kvah, 1.0);
}

core::Instant leave_at(core::Instant at, const QuietHours& hours, const core::SiteZone& zone) {
    if (hours.start == hours.end) return at;
    const auto local = zone.to_local(at);
    const auto day = date::floor<date::days>(local);
    const auto clock = local - day;
    const bool over_midnight = hours.end < hours.start;
    const bool in_evening = over_midnight && clock >= hours.start;
    const bool quiet =
        over_midnight ? in_evening || clock < hours.end : clock >= hours.start && clock < hours.end;
    if (!quiet) return at;
    const auto last_day = in_evening ? day + date::days{1} : day;
    return std::max(at, zone.to_instant(core::LocalTime{last_day} + hours.end));
}

}  // namespace silaware::domain
