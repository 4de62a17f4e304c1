#pragma once

#include <string_view>

#include "core/error.hpp"
#include "http/request.hpp"

namespace silaware::http {

/// Decodes an `application/x-www-form-urlencoded` text (a query too): `+` is a blank. Error `invalid` for a
/// broken escape, bytes that are not UTF-8, a NUL, or more than 1,000 fields.
core::Result<Params> parse_urlencoded(std::string_view text);

}  // namespace silaware::http
