#include "http/response_head.hpp"

#include <array>
#include <iterator>

#include <fmt/format.h>

namespace silaware::http {
namespace {

using NamedValue = std::pair<std::string_view, std::string_view>;

// Tailwind's Play compiler writes a <style> element, hence the unsafe-inline for styles; scripts have none.
constexpr std::array<NamedValue, 6> defaults = {{
    {"X-Frame-Options", "SAMEORIGIN"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-XSS-Protection", "1; mode=block"},
    {"Referrer-Policy", "same-origin"},
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
     "font-src 'self'; "
     "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"},
    {"Cache-Control", "no-cache, no-store, must-revalidate, max-age=0"},
}};

// IMF-fixdate of RFC 9110; strftime would follow the process's locale.
std::string http_date(std::chrono::system_clock::time_point now) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                       days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                       months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

std::string response_head(const Response& response, const HeadContext& context,
                          std::chrono::system_clock::time_point now) {
    std::string head;
    head.reserve(1024);
    const auto out = std::back_inserter(head);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status(), reason_phrase(response.status()),
                   http_date(now));
    for (const auto& [name, value] : response.headers())
        fmt::format_to(out, "{}: {}\r\n", name, value);
    for (const auto& [name, value] : defaults)
        if (!response.header(name)) fmt::format_to(out, "{}: {}\r\n", name, value);
    if (context.secure) head += "Strict-Transport-Security: max-age=31536000\r\n";
    if (context.framing == Framing::chunked)
        head += "Transfer-Encoding: chunked\r\n";
    else if (context.framing == Framing::length && context.content_length && may_have_body(response.status()))
        fmt::format_to(out, "Content-Length: {}\r\n", *context.content_length);
    head += context.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return head;
}

}  // namespace silaware::http
