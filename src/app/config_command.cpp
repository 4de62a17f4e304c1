#include <fmt/format.h>

#include "app/commands.hpp"

namespace silaware::app {

int run_config(const Settings& settings) {
    for (const Setting& setting : settings.all()) {
        const bool hidden = setting.visibility == Setting::Visibility::secret && !setting.value.empty();
        fmt::print("{:<24} {:<28} {}\n", setting.variable, hidden ? "********" : setting.value,
                   setting.source);
    }
    return Exit::ok;
}

}  // namespace silaware::app
