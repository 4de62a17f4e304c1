#pragma once

#include <string>
#include <string_view>

namespace silaware::storage {

/// `search` as a pattern for `LIKE ? ESCAPE '!'` that finds it anywhere, its wildcards taken literally.
inline std::string like_pattern(std::string_view search) {
    std::string pattern = "%";
    for (const char c : search) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern + '%';
}

}  // namespace silaware::storage
