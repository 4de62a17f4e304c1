#include "core/device_id.hpp"

#include <cctype>

#include "core/text.hpp"

namespace silaware::core {

namespace {

constexpr std::size_t longest_id = 64;

/// The hex digits of `text`, upper case, if they are twelve in groups of `group` between `separator`s; else
/// empty.
std::string grouped_digits(std::string_view text, char separator, std::size_t group) {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool between = i % (group + 1) == group;
        if (between ? c != static_cast<unsigned char>(separator) : !std::isxdigit(c)) return {};
        if (!between) digits += static_cast<char>(std::toupper(c));
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
    const std::string digits = mac_digits(text);
    if (!digits.empty()) return DeviceId(colon_form(digits), true);
    return DeviceId(std::string(text), false);
}

}  // namespace silaware::core
