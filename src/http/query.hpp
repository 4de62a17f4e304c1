#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "http/request.hpp"

namespace silaware::http {

/// `text` with its `%XX` decoded; nothing if one is broken.
std::optional<std::string> percent_decode(std::string_view text);
/// `text` with everything but RFC 3986's unreserved characters escaped: for a query value or a path segment.
std::string percent_encode(std::string_view text);

struct Target {
    std::string path;
    Params query;
};
/// Splits and decodes a request target (origin or absolute form). Error `invalid` for a path that climbs,
/// hides a slash, backslash or control character in an escape, or is not UTF-8, and for a malformed query.
core::Result<Target> parse_target(std::string_view target);

}  // namespace silaware::http
