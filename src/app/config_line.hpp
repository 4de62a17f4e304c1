#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace silaware::app {

struct ConfigLine {
    std::string name;
    std::string value;
};

/// One line of a configuration file: `name = value`. What stands between quotes, single or double, is taken
/// as it is, so that passwords need no escapes; without quotes a value ends before ` #` or ` ;`. Nothing for
/// a blank line, a comment and a
/// `[section]`; error `invalid` for anything else.
core::Result<std::optional<ConfigLine>> parse_config_line(std::string_view line);

}  // namespace silaware::app
