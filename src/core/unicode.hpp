#pragma once

#include <string>
#include <string_view>

namespace silaware::core {

/// Letters of every script in lower case, code point by code point; for comparing without case. Malformed
/// bytes stay as they are.
std::string lower_case(std::string_view text);

/// True if `text` is well-formed UTF-8 of letters, marks, numbers, punctuation, symbols and spaces: nothing
/// that nobody sees (controls, zero widths, other blanks than the space, line separators) and nothing without
/// a meaning to all (private use, unassigned), so that what looks the same is mostly the same.
bool is_visible(std::string_view text);

}  // namespace silaware::core
