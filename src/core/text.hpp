#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace silaware::core {

/// Without the blanks (space, tab, CR, LF) at both ends.
std::string_view trim(std::string_view text);
/// ASCII letters in lower case, everything else as it is.
std::string lower_ascii(std::string_view text);
/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);
/// `text` with every malformed byte replaced by U+FFFD, so that it can be stored and shown.
std::string to_utf8(std::string_view text);
/// The number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text);
/// At most `limit` bytes of `text`, cut between code points.
std::string_view truncate_utf8(std::string_view text, std::size_t limit);
/// False if `text` holds a control character (C0, DEL, C1) or is not UTF-8.
bool is_printable(std::string_view text);

/// The whole of `text` as a finite decimal number; blanks around it are ignored.
std::optional<double> parse_number(std::string_view text);
/// The whole of `text` as an integer; blanks around it are ignored.
std::optional<long long> parse_integer(std::string_view text);
/// The shortest decimal that reads back as the same float: 220.1, not 220.10000610351562.
std::string shortest(float value);
/// The double nearest to the shortest decimal of `value`; for FLOAT columns on their way to JSON.
double widen(float value);

/// A stable 64-bit hash (FNV-1a), for recognising equal bytes; not for secrets.
std::int64_t fingerprint(std::string_view first, std::string_view second = {});

}  // namespace silaware::core
