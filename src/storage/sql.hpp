#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace silaware::storage {

/// `(1,2,3)` for `IN`; of numbers only, so that nothing from outside ever becomes part of a statement.
template <typename Integers>
std::string in_list(const Integers& integers) {
    std::string list = "(";
    for (const auto integer : integers) {
        if (list.size() > 1) list += ',';
        list += std::to_string(integer);
    }
    return list.size() > 1 ? list + ")" : "(NULL)";
}

/// The name of a table or column between backticks.
inline std::string quoted_name(std::string_view name) {
    std::string text = "`";
    for (const char c : name)
        text += c == '`' ? "``" : std::string(1, c);
    return text + "`";
}

/// True of one row `d` of `devices` for each address: the one with a key, else (put in by another program)
/// the oldest.
constexpr std::string_view is_registration = R"((d.mac_key IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM devices o
       WHERE o.mac_address = d.mac_address AND (o.mac_key IS NOT NULL OR o.id < d.id))))";

}  // namespace silaware::storage
