#pragma once

#include <optional>

#include "core/time.hpp"

namespace silaware::domain {

/// Where a value stands to its limit; `near` is the band of the hysteresis, which changes nothing.
enum class Standing { clear, near, beyond };

enum class Side { above, below };

/// Beyond it an alert is raised; it is cleared again at `hysteresis` on the good side of it.
struct Limit {
    double value;
    double hysteresis;
    Side side = Side::above;
};

/// Values and limits from FLOAT columns go through `core::widen` first, so that 30.1 is not above 30.1.
Standing judge(double value, const Limit& limit);

enum class AlertPhase { quiet, pending, raised, acknowledged };

/// The state of one alert of one device; starts quiet.
struct AlertState {
    AlertPhase phase = AlertPhase::quiet;
    core::Instant since = {};        ///< first moment beyond the limit (pending and later)
    core::Instant notified_at = {};  ///< last notification (raised and later)
    core::Instant seen = {};         ///< the newest moment judged

    bool operator==(const AlertState&) const = default;
};

struct AlertRule {
    core::Milliseconds hold{0};          ///< how long a value must stay beyond the limit to be raised
    core::Milliseconds remind_every{0};  ///< while it is still beyond and not acknowledged; 0: never
};

enum class AlertStep { none, raise, remind, clear };

struct AlertDecision {
    AlertState state;  ///< to be kept
    AlertStep step;    ///< what to record and, but for `clear`, to notify
};

/// Moves an alert on by one judgement made for the moment `at`; one older than the newest judged is ignored.
AlertDecision advance(const AlertState& state, Standing standing, core::Instant at, const AlertRule& rule);

/// Somebody has seen it: no more reminders until it is cleared and raised anew.
AlertState acknowledged(AlertState state);

/// Temperature (°C) or humidity (%): above the maximum at once, every 60 minutes, cleared 0.5 below it.
Limit climate_limit(double maximum);
inline constexpr AlertRule climate_rule{.hold = {}, .remind_every = std::chrono::minutes{60}};

/// Power in W above the device's rated power for a minute; cleared 5 % below it.
Limit power_limit(double rated_watts);
inline constexpr AlertRule power_rule{.hold = std::chrono::minutes{1}, .remind_every = {}};

/// Mean power factor of the month below 0.85, from where on reactive energy is billed; cleared at 0.86.
Limit power_factor_limit();
inline constexpr AlertRule power_factor_rule{.hold = {}, .remind_every = {}};
/// kWh by kVAh of a month; none before `least_kwh` were used, when a few idle hours would decide it.
std::optional<double> mean_power_factor(double kwh, double kvah, double least_kwh = 1);

/// Daily hours of the site in which only urgent mail goes out; over midnight if `end` is before `start`.
struct QuietHours {
    std::chrono::minutes start;  ///< since midnight
    std::chrono::minutes end;    ///< since midnight, excluded; equal to `start`: no quiet hours
};
/// When a mail of the moment `at` may leave: at once, or when the quiet hours that hold it are over.
core::Instant leave_at(core::Instant at, const QuietHours& hours, const core::SiteZone& zone);

}  // namespace silaware::domain
