#include "alerts/notice.hpp"

#include <fmt/format.h>

namespace silaware::alerts {

const std::string& receivers_of(std::string_view kind, const storage::AlertRules& rules) {
    if (kind == kind::maintenance) return rules.site.utils_mailreceiver;
    if (kind == kind::temperature || kind == kind::humidity) return rules.site.temphumid_mailreceiver;
    return rules.alerts.alert_mailreceiver;
}

bool is_urgent(std::string_view kind) {
    return kind != kind::maintenance && kind != kind::offline && kind != kind::stale && kind != kind::stuck &&
           kind != kind::power_factor;
}

std::string with_unit(std::string_view kind, double value) {
    if (kind == kind::temperature) return fmt::format("{:.1f} °C", value);
    if (kind == kind::humidity || kind == kind::disk) return fmt::format("{:.1f} %", value);
    if (kind == kind::power) return fmt::format("{:.0f} W", value);
    if (kind == kind::power_factor) return fmt::format("{:.2f}", value);
    if (kind == kind::spool) return fmt::format("{:.0f} MiB", value);
    if (kind == kind::maintenance) return fmt::format("{:.1f} h", value);
    if (kind == kind::offline || kind == kind::stale || kind == kind::database)
        return fmt::format("{:.0f} min", value);
    return fmt::format("{}", value);
}

}  // namespace silaware::alerts
