#include "app/config_line.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::app {

namespace {

bool is_comment(std::string_view text) {
    return text.empty() || text.front() == '#' || text.front() == ';';
}

/// Up to a comment, which begins the text or follows a blank: a password may hold these signs.
std::string_view without_comment(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
        if (begins && is_comment(text.substr(at))) return core::trim(text.substr(0, at));
    }
    return text;
}

core::Result<std::string> parse_value(std::string_view text) {
    if (text.empty() || (text.front() != '"' && text.front() != '\''))
        return std::string(without_comment(text));
    const auto end = text.find(text.front(), 1);
    if (end == std::string_view::npos || !is_comment(core::trim(text.substr(end + 1)))) {
        return core::fail(
            core::ErrorCode::invalid,
            "the quotes do not match; a value with one kind of quotes in it stands in the other");
    }
    return std::string(text.substr(1, end - 1));
}

}  // namespace

core::Result<std::optional<ConfigLine>> parse_config_line(std::string_view line) {
    line = core::trim(line);
    if (is_comment(line) || line.front() == '[') return std::optional<ConfigLine>{};
    const auto equals = line.find('=');
    const std::string_view name = core::trim(line.substr(0, equals));
    if (equals == std::string_view::npos || name.empty()) {
        return core::fail(core::ErrorCode::invalid, fmt::format("\"{}\" is not \"name = value\"", name));
    }
    auto value = parse_value(core::trim(line.substr(equals + 1)));
    if (!value) return core::fail(value.error());
    return ConfigLine{std::string(name), std::move(*value)};
}

}  // namespace silaware::app
