#include "alerts/lifecycle.hpp"

#include <algorithm>

#include "domain/observed_time.hpp"

namespace silaware::alerts {

namespace {

using domain::AlertPhase;
using domain::AlertStep;

AlertPhase phase_of(std::string_view state) {
    if (state == "pending") return AlertPhase::pending;
    return state == "acknowledged" ? AlertPhase::acknowledged : AlertPhase::raised;
}

core::Instant instant_of(const std::optional<std::int64_t>& ms, core::Instant otherwise) {
    return ms ? core::from_epoch_ms(*ms) : otherwise;
}

storage::OpenAlert as_opened(std::int64_t id, const storage::NewAlert& opened) {
    storage::OpenAlert alert;
    alert.id = id;
    alert.kind = opened.kind;
    alert.device = opened.device;
    alert.message = opened.message;
    alert.value = opened.value;
    alert.limit = opened.limit;
    alert.state = opened.raised ? "raised" : "pending";
    if (opened.raised) alert.raised_ms = core::epoch_ms(*opened.raised);
    return alert;
}

/// What was noted while the clock was ahead would hold everything up until then.
void believe(domain::AlertState& state, core::Instant at, core::Instant now) {
    // The meter's own clock may be ahead, too.
    const core::Instant present = std::max(at, now);
    for (core::Instant* time : {&state.since, &state.notified_at, &state.seen}) {
        if (domain::is_to_come(*time, present)) *time = at;
    }
}

}  // namespace

Condition condition_of(std::string_view kind, const std::string& device,
                       std::optional<storage::OpenAlert> open) {
    Condition condition{std::string(kind), device, std::move(open)};
    if (!condition.open) return condition;
    const storage::OpenAlert& alert = *condition.open;
    const core::Instant since = instant_of(alert.pending_since_ms, {});
    const core::Instant raised = instant_of(alert.raised_ms, since);
    condition.state = {phase_of(alert.state), since, instant_of(alert.notified_ms, raised), raised};
    return condition;
}

storage::NewAlert Lifecycle::new_alert(const Condition& condition, const Finding& finding) const {
    return {condition.kind, condition.device, texts_.sentence(condition.kind, finding.value, finding.limit),
            finding.value,  finding.limit,    condition.state.since,
            finding.at};
}

void Lifecycle::note(Event event, const storage::OpenAlert& alert, const Finding& finding) {
    notices_.push_back({.event = event,
                        .alert_id = alert.id,
                        .kind = alert.kind,
                        .device = alert.device,
                        .message = event == Event::cleared
                                       ? alert.message
                                       : texts_.sentence(alert.kind, finding.value, finding.limit),
                        .value = finding.value,
                        .limit = finding.limit,
                        .at = finding.at,
                        .raised = instant_of(alert.raised_ms, finding.at)});
}

void Lifecycle::raise(Condition& condition, const Finding& finding) {
    // By the clock of the notification, not of the reading: a backlog of hours reminds nobody every hour of
    // it.
    condition.state.notified_at = now_;
    const storage::NewAlert alert = new_alert(condition, finding);
    std::optional<std::int64_t> id;
    if (!condition.open)
        id = storage::open_alert(connection_, alert);
    else if (storage::raise_alert(connection_, condition.open->id, alert))
        id = condition.open->id;
    if (!id) {  // another process was first, and tells of it
        condition.open = storage::open_alert(connection_, condition.kind, condition.device);
        return;
    }
    condition.open = as_opened(*id, alert);
    note(Event::raised, *condition.open, finding);
}

void Lifecycle::remind(Condition& condition, const Finding& finding) {
    condition.state.notified_at = now_;
    if (!condition.open) return;
    if (!storage::note_reminder(connection_, *condition.open, finding.value.value_or(0), now_)) return;
    condition.open->notified_ms = core::epoch_ms(now_);
    note(Event::reminded, *condition.open, finding);
}

void Lifecycle::clear(Condition& condition, core::Instant at) {
    if (condition.open && storage::clear_alert(connection_, condition.open->id, at)) {
        note(Event::cleared, *condition.open, {domain::Standing::clear, at});
    }
    condition.open.reset();
    condition.state = {.seen = at};
}

void Lifecycle::keep_pending(Condition& condition, const Finding& finding) {
    const bool begins = condition.state.phase == AlertPhase::pending && !condition.open;
    const bool ends = condition.state.phase == AlertPhase::quiet && condition.open;
    if (begins) {
        storage::NewAlert alert = new_alert(condition, finding);
        alert.raised.reset();
        if (const auto id = storage::open_alert(connection_, alert)) condition.open = as_opened(*id, alert);
    }
    if (ends) {
        storage::drop_alert(connection_, condition.open->id);
        condition.open.reset();
    }
}

void Lifecycle::judge(Condition& condition, const Finding& finding, const domain::AlertRule& rule) {
    believe(condition.state, finding.at, now_);
    const domain::AlertDecision decision =
        domain::advance(condition.state, finding.standing, finding.at, rule);
    condition.state = decision.state;
    switch (decision.step) {
        case AlertStep::raise:
            return raise(condition, finding);
        case AlertStep::remind:
            return remind(condition, finding);
        case AlertStep::clear:
            return clear(condition, finding.at);
        case AlertStep::none:
            return keep_pending(condition, finding);
    }
}

}  // namespace silaware::alerts
