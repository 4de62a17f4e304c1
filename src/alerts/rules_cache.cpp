#include "alerts/rules_cache.hpp"

namespace silaware::alerts {

namespace {
constexpr std::chrono::seconds fresh_for{2};
}

const storage::AlertRules& RulesCache::current(storage::Connection& connection) {
    const auto now = std::chrono::steady_clock::now();
    if (!rules_ || now - read_at_ >= fresh_for) {
        rules_ = storage::read_alert_rules(connection);
        read_at_ = now;
    }
    return *rules_;
}

}  // namespace silaware::alerts
