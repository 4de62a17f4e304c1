#include "http/header_text.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace silaware::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Takes the next piece before `separator` that stands outside quotes off `rest`.
std::string_view next_piece(std::string_view& rest, char separator) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        if (quoted && rest[end] == '\\') {
            ++end;
            continue;
        }
        if (rest[end] == '"') quoted = !quoted;
        if (!quoted && rest[end] == separator) break;
    }
    end = std::min(end, rest.size());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return core::trim(piece);
}

std::string unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        plain += text[i];
    }
    return plain;
}

}  // namespace

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

bool list_accepts(std::string_view list, std::string_view item) {
    while (!list.empty()) {
        auto entry = next_piece(list, ',');
        if (!equals_ignoring_case(next_piece(entry, ';'), item)) continue;
        const auto weight = header_parameter("x;" + std::string(entry), "q");
        return !weight || core::parse_number(*weight).value_or(1) > 0;
    }
    return false;
}

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
    next_piece(value, ';');
    while (!value.empty()) {
        const auto parameter = next_piece(value, ';');
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (equals_ignoring_case(core::trim(parameter.substr(0, equals)), name))
            return unquote(core::trim(parameter.substr(equals + 1)));
    }
    return std::nullopt;
}

}  // namespace silaware::http
