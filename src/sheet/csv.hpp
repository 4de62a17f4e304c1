#pragma once

#include <span>
#include <string>

#include "sheet/cell.hpp"

namespace silaware::sheet {

/// What tells a spreadsheet program that a CSV file is UTF-8.
inline constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

/// True for text that some spreadsheet takes for a formula, or that hides one behind blanks.
bool looks_like_formula(std::string_view text);

/// Appends `row` and its line end (RFC 4180, CRLF) to `csv`. Text that a spreadsheet would take for a formula
/// stands behind an apostrophe.
void append_csv(std::string& csv, std::span<const Cell> row);

}  // namespace silaware::sheet
