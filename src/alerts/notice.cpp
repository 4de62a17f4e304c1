#include "alerts/notice.hpp"

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

}  // namespace silaware::alerts
