#pragma once

#include <cstddef>
#include <string>

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

}  // namespace silaware::storage
