#include <fmt/format.h>

#include "app/commands.hpp"

namespace silaware::app {

namespace {

/// What is meant where nothing is set.
std::string effective(const Settings& settings, const Setting& setting) {
    const bool unset = setting.value.empty();
    if (unset && setting.variable == "MQTT_HOST") return "localhost";
    if (unset && setting.variable == "DB_HOST" && !settings.is_set("DB_SOCKET")) return "localhost";
    return setting.value;
}

}  // namespace

int run_config(const Settings& settings) {
    for (const Setting& setting : settings.all()) {
        const bool hidden = setting.visibility == Setting::Visibility::secret && !setting.value.empty();
        fmt::print("{:<24} {:<28} {}\n", setting.variable, hidden ? "********" : effective(settings, setting),
                   setting.source);
    }
    return Exit::ok;
}

}  // namespace silaware::app
