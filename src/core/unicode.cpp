#include "core/unicode.hpp"

#include <algorithm>

#include <utf8proc.h>

#include "core/text.hpp"

namespace silaware::core {

namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The code point at the front of `text`, which loses it; -1 for a malformed byte.
utf8proc_int32_t take_code_point(std::string_view& text) {
    utf8proc_int32_t code = -1;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code);
    text.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
    return length > 0 ? code : -1;
}

/// The small form of a letter. The Turkish İ keeps its own: made an i, it would be one device with i here and
/// another one in the database.
utf8proc_int32_t small_form(utf8proc_int32_t code) {
    constexpr utf8proc_int32_t dotted_capital_i = 0x130;
    return code == dotted_capital_i ? code : utf8proc_tolower(code);
}

bool is_visible(utf8proc_int32_t code) {
    switch (utf8proc_category(code)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return false;
        case UTF8PROC_CATEGORY_ZS:
            return code == ' ';
        default:
            return true;
    }
}

}  // namespace

std::string lower_case(std::string_view text) {
    if (is_ascii(text)) return lower_ascii(text);
    std::string lower;
    lower.reserve(text.size());
    while (!text.empty()) {
        const char first = text.front();
        const auto code = take_code_point(text);
        if (code < 0) {
            lower += first;
            continue;
        }
        utf8proc_uint8_t bytes[4];
        const auto length = utf8proc_encode_char(small_form(code), bytes);
        lower.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    }
    return lower;
}

bool is_visible(std::string_view text) {
    if (is_ascii(text)) return is_printable(text);  // as nearly all ids are
    while (!text.empty()) {
        const auto code = take_code_point(text);
        if (code < 0 || !is_visible(code)) return false;
    }
    return true;
}

}  // namespace silaware::core
