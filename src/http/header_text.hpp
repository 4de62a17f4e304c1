#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace silaware::http {

/// An RFC 9110 token: a header's, method's or cookie's name.
bool is_token(std::string_view text);
/// A header value that stays in its line: no control character but tab.
bool is_field_value(std::string_view text);
/// The two texts are equal but for the case of ASCII letters.
bool equals_ignoring_case(std::string_view left, std::string_view right);
/// True if a comma-separated list (Accept, Accept-Encoding) names `item` without refusing it by `q=0`.
bool list_accepts(std::string_view list, std::string_view item);
/// A parameter of a header value: `boundary` of `multipart/form-data; boundary="x"`. Names compare without
/// case.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

}  // namespace silaware::http
