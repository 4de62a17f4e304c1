#include "core/device_id.hpp"

#include <cctype>

#include "core/text.hpp"

namespace silaware::core {

namespace {

constexpr std::size_t longest_id = 64;

/// The twelve hex digits of a MAC in any common form, upper case; empty if it is none.
std::string mac_digits(std::string_view text) {
    std::string digits;
    std::string groups;  // the separators, and how many digits stand before each
    for (const char c : text) {
        if (std::isxdigit(static_cast<unsigned char>(c))) {
            digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        } else {
            groups += c;
            groups += static_cast<char>('0' + digits.size() % 16);
        }
    }
    if (digits.size() != 12) return {};
    const bool known = groups.empty() || groups == ":2:4:6:8:::<" || groups == "-2-4-6-8-:-<" || groups == ".4.8";
    return known ? digits : std::string();
}

std::string colon_form(const std::string& digits) {
    std::string mac;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        if (i != 0) mac += ':';
        mac += digits.substr(i, 2);
    }
    return mac;
}

}  // namespace

DeviceId::DeviceId(std::string text, bool is_mac)
    : text_(std::move(text)), key_(lower_ascii(text_)), is_mac_(is_mac) {}

Result<DeviceId> DeviceId::parse(std::string_view text) {
    text = trim(text);
    if (text.empty()) return fail(ErrorCode::invalid, "the device id is empty");
    if (!is_printable(text)) {
        return fail(ErrorCode::invalid, "the device id has characters that can't be printed");
    }
    if (code_points(text) > longest_id) {
        return fail(ErrorCode::invalid, "the device id is longer than 64 characters");
    }
    const std::string digits = text.size() <= 17 ? mac_digits(text) : std::string();
    if (!digits.empty()) return DeviceId(colon_form(digits), true);
    return DeviceId(std::string(text), false);
}

}  // namespace silaware::core
