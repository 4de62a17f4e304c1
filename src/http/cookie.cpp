#include "http/cookie.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "core/text.hpp"
#include "http/header_text.hpp"

namespace silaware::http {
namespace {

constexpr std::size_t max_cookies = 64;

bool is_cookie_octet(char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool is_cookie_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), is_cookie_octet);
}

}  // namespace

std::string format_cookie(const Cookie& cookie) {
    if (!is_token(cookie.name) || !is_cookie_value(cookie.value))
        throw std::invalid_argument("a cookie can't carry this name or value");
    auto line = fmt::format("{}={}; Path=/", cookie.name, cookie.value);
    if (cookie.max_age) line += fmt::format("; Max-Age={}", cookie.max_age->count());
    if (cookie.transport == Transport::secure_only) line += "; Secure";
    line += "; HttpOnly; SameSite=";
    line += cookie.same_site == SameSite::lax ? "Lax" : "Strict";
    return line;
}

Params parse_cookies(std::string_view header) {
    Params cookies;
    while (!header.empty() && cookies.size() < max_cookies) {
        const auto end = std::min(header.find(';'), header.size());
        const auto pair = core::trim(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = core::trim(pair.substr(0, equals));
        auto value = core::trim(pair.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        if (is_token(name) && is_cookie_value(value)) cookies.add(std::string(name), std::string(value));
    }
    return cookies;
}

}  // namespace silaware::http
