#include "domain/maintenance.hpp"

#include <algorithm>
#include <cmath>

namespace silaware::domain {

namespace {

constexpr double longest_limit_hours = 1e9;

std::int64_t multiples(std::int64_t run_seconds, std::int64_t limit_ms) {
    return std::min(run_seconds, longest_run_seconds) * 1000 / limit_ms;
}

}  // namespace

std::int64_t maintenance_limit_ms(double hours) {
    if (!(hours > 0)) return 0;
    return std::llround(std::min(hours, longest_limit_hours) * 3'600'000);
}

MaintenanceDecision decide_maintenance(const std::optional<MaintenanceState>& state, std::int64_t run_before,
                                       std::int64_t run_after, double limit_hours) {
    const std::int64_t limit_ms = maintenance_limit_ms(limit_hours);
    if (limit_ms == 0) return {state.value_or(MaintenanceState{}), std::nullopt};

    MaintenanceState next{limit_ms, multiples(run_before, limit_ms)};
    if (state && state->limit_ms == limit_ms) next.notified = state->notified;
    const std::int64_t reached = multiples(run_after, limit_ms);
    if (reached <= next.notified) return {next, std::nullopt};
    next.notified = reached;
    return {next, reached};
}

std::optional<std::int64_t> next_maintenance(std::int64_t run_seconds, double limit_hours) {
    const std::int64_t limit_ms = maintenance_limit_ms(limit_hours);
    if (limit_ms == 0) return std::nullopt;
    return ((multiples(run_seconds, limit_ms) + 1) * limit_ms + 999) / 1000;
}

}  // namespace silaware::domain
