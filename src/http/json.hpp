#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/error.hpp"

namespace silaware::http {

/// JSON text with numbers as the shortest plain decimals (220.1, not 2.201E2); a number that is not finite is
/// null.
std::string to_json(const boost::json::value& value);
/// Parses one JSON text nested at most 32 deep; of a key given twice the last counts. Error `invalid` says
/// where it broke.
core::Result<boost::json::value> parse_json(std::string_view text);

}  // namespace silaware::http
