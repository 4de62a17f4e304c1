#include "core/device_id.hpp"

#include <array>
#include <optional>

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

/// A MAC with colons between its bytes, upper case.
using Mac = std::array<char, 17>;

/// The MAC whose twelve digits stand in `text` in groups of `group` between `separator`s; nothing if that is
/// not all there is. `text` has the length of such a form.
std::optional<Mac> grouped_mac(std::string_view text, char separator, std::size_t group) {
    Mac mac = {'0', '0', ':', '0', '0', ':', '0', '0', ':', '0', '0', ':', '0', '0', ':', '0', '0'};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % (group + 1) == group) {
            if (text[i] != separator) return std::nullopt;
            continue;
        }
        const char digit = hex_digit(text[i]);
        if (digit == '\0') return std::nullopt;
        mac[digits / 2 * 3 + digits % 2] = digit;
        ++digits;
    }
    return mac;
}

/// The MAC in any common form of it; nothing if `text` is none.
std::optional<Mac> mac_of(std::string_view text) {
    if (text.size() == 12) return grouped_mac(text, '\0', 12);
    if (text.size() == 14) return grouped_mac(text, '.', 4);
    if (text.size() == 17) return grouped_mac(text, text[2] == '-' ? '-' : ':', 2);
    return std::nullopt;
}

}  // namespace

DeviceId::DeviceId(std::string text, bool is_mac)
    : text_(std::move(text)), key_(lower_case(text_)), is_mac_(is_mac) {}

Result<DeviceId> DeviceId::parse(std::string_view text) {
    text = trim(text);
    // First, as nearly all ids are one.
    if (const auto mac = mac_of(text)) return DeviceId(std::string(mac->data(), mac->size()), true);
    if (text.empty()) return fail(ErrorCode::invalid, "the device id is empty");
    if (!is_visible(text)) {
        return fail(ErrorCode::invalid, "the device id has characters that can't be printed");
    }
    if (code_points(text) > longest_id) {
        return fail(ErrorCode::invalid, "the device id is longer than 64 characters");
    }
    return DeviceId(std::string(text), false);
}

}  // namespace silaware::core
