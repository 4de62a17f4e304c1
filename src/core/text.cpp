#include "core/text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace silaware::core {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Length of the UTF-8 sequence at the front of `text`, 0 if it is malformed; its code point in `code`.
std::size_t sequence(std::string_view text, std::uint32_t& code) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        code = lead;
        return 1;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    code = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) return 0;
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

bool starts_with_eight_ascii(std::string_view text) {
    if (text.size() < 8) return false;
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), 8);
    return (eight & 0x8080808080808080u) == 0;
}

/// Up to eight bytes, the first one lowest, whatever the machine's byte order.
std::uint64_t word_at(const char* bytes, std::size_t size) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, size);
        return word;
    }
    for (std::size_t i = 0; i < size; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_ascii(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

bool is_utf8(std::string_view text) {
    std::uint32_t code = 0;
    while (!text.empty()) {
        if (starts_with_eight_ascii(text)) {
            text.remove_prefix(8);
            continue;
        }
        const std::size_t length = sequence(text, code);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string to_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    std::uint32_t code = 0;
    while (!text.empty()) {
        const std::size_t length = sequence(text, code);
        result.append(length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    return count;
}

std::string_view truncate_utf8(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0u) == 0x80u)
        --limit;
    return text.substr(0, limit);
}

bool is_printable(std::string_view text) {
    std::uint32_t code = 0;
    while (!text.empty()) {
        const std::size_t length = sequence(text, code);
        if (length == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::optional<double> parse_number(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<long long> parse_integer(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::string shortest(float value) {
    char buffer[256];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
    return std::string(buffer, error == std::errc() ? end : buffer);
}

double widen(float value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    double result = value;
    if (error == std::errc()) std::from_chars(buffer, end, result);
    return result;
}

std::int64_t fingerprint(std::string_view first, std::string_view second) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    };
    for (std::string_view bytes : {first, second}) {
        mix(bytes.size());
        for (; bytes.size() >= 8; bytes.remove_prefix(8))
            mix(word_at(bytes.data(), 8));
        mix(word_at(bytes.data(), bytes.size()));
    }
    return static_cast<std::int64_t>(hash);
}

}  // namespace silaware::core
