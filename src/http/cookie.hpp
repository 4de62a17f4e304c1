#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace silaware::http {

enum class SameSite { lax, strict };
enum class Transport { secure_only, any };

/// A cookie to set; always HttpOnly, path "/".
struct Cookie {
    std::string name;
    std::string value;                                 ///< of the characters RFC 6265 allows, no blanks
    std::optional<std::chrono::seconds> max_age = {};  ///< none: until the browser closes; 0: remove now
    Transport transport = Transport::secure_only;
    SameSite same_site = SameSite::lax;
};

/// The value of `Set-Cookie` (RFC 6265 section 4.1). Throws std::invalid_argument for a name or value it
/// can't carry.
std::string format_cookie(const Cookie& cookie);
/// The pairs of a `Cookie` header; malformed ones are skipped, at most 64 are read.
Params parse_cookies(std::string_view header);

}  // namespace silaware::http
