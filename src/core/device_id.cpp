#include "core/device_id.hpp"

#include "core/text.hpp"
#include "core/unicode.hpp"

namespace silaware::core {

namespace {

constexpr std::size_t longest_id = 64;

/// A hexadecimal digit in upper case; 0 if it is none. <cctype> asks the locale every time.
char hex_digit(char c) {
    if (c >= '0' && c <= '9') return c;
    if (c >= 'A' && c <= 'F') return c;
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : '\0';
}

/// The hex digits of `text`, upper case, if they are twelve in groups of `group` between `separator`s; else
/// empty.
std::string grouped_digits(std::string_view text, char separator, std::size_t group) {
    std::string digits;
    std::size_t in_group = 0;
    for (const char c : text) {
        if (in_group == group) {
            if (c != separator) return {};
            in_group = 0;
            continue;
        }
        const char digit = hex_digit(c);
        if (digit == '\0') return {};
        digits += digit;
        ++in_group;
    }
    return digits.size() == 12 && text.size() == 12 + 12 / group - 1 ? digits : std::string();
}

/// The twelve hex digits of a MAC in any common form, upper case; empty if it is none.
std::string mac_digits(std::string_view text) {
    if (text.size() == 12) return grouped_digits(text, '\0', 12);
    if (text.size() == 14) return grouped_digits(text, '.', 4);
    if (text.size() == 17) return grouped_digits(text, text[2] == '-' ? '-' : ':', 2);
    return {};
}

std::string colon_form(const std::string& digits) {
    std::string mac = "00:00:00:00:00:00";
    for (std::size_t i = 0; i < digits.size(); ++i)
        mac[i / 2 * 3 + i % 2] = digits[i];
    return mac;
}

}  // namespace

DeviceId::DeviceId(std::string text, bool is_mac)
    : text_(std::move(text)), key_(lower_case(text_)), is_mac_(is_mac) {}

Result<DeviceId> DeviceId::parse(std::string_view text) {
    text = trim(text);
    if (text.empty()) return fail(ErrorCode::invalid, "the device id is empty");
    if (!is_visible(text)) {
        return fail(ErrorCode::invalid, "the device id has characters that can't be printed");
    }
    if (code_points(text) > longest_id) {
        return fail(ErrorCode::invalid, "the device id is longer than 64 characters");
    }
    const std::string digits = mac_digits(text);
    if (!digits.empty()) return DeviceId(colon_form(digits), true);
    return DeviceId(std::string(text), false);
}

}  // namespace silaware::core
