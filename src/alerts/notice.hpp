#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "storage/alert_settings.hpp"

namespace silaware::alerts {

/// The conditions that are watched; their names are those of the column `kind`.
namespace kind {
inline constexpr std::string_view maintenance = "maintenance";
inline constexpr std::string_view temperature = "temperature";
inline constexpr std::string_view humidity = "humidity";
inline constexpr std::string_view power = "power";
inline constexpr std::string_view power_factor = "power_factor";
inline constexpr std::string_view offline = "offline";
inline constexpr std::string_view stale = "stale";
inline constexpr std::string_view stuck = "stuck";
inline constexpr std::string_view disk = "disk";
inline constexpr std::string_view spool = "spool";
inline constexpr std::string_view database = "database";
}  // namespace kind

enum class Event { raised, reminded, cleared };

/// Something to tell about an alert.
struct Notice {
    Event event = Event::raised;
    std::int64_t alert_id = 0;
    std::string kind = {};
    std::string device = {};
    std::string message = {};
    std::optional<double> value = {};
    std::optional<double> limit = {};
    core::Instant at = {};      ///< when the value was observed
    core::Instant raised = {};  ///< when the alert was raised
    double interval_hours = 0;  ///< of maintenance
};

/// Who gets the mails of a kind: the receivers of the settings, comma-separated; empty: nobody.
const std::string& receivers_of(std::string_view kind, const storage::AlertRules& rules);
/// Quiet hours don't hold these back.
bool is_urgent(std::string_view kind);

}  // namespace silaware::alerts
