#include "mail/message.hpp"

#include <algorithm>

#include <date/date.h>
#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::mail {

namespace {

constexpr std::size_t longest_address = 254;
// An encoded word has at most 75 characters: 45 bytes are 60 of base64, `=?UTF-8?B?` and `?=` 12 more.
constexpr std::size_t bytes_per_word = 45;
constexpr std::string_view fold = "\r\n ";

bool is_address_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && std::string_view("<>()[],;:\\\"@").find(c) == std::string_view::npos;
}

std::string base64(std::string_view bytes) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (j < left ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j)
            out += j <= left ? digits[group >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string line = core::to_utf8(text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        ' ');
    return line;
}

bool is_plain(std::string_view line) {
    return line.size() <= 200 && line.find("=?") == std::string_view::npos &&
           std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What is no address gets no mail, and stands in no header either. Empty without any.
std::string address_header(std::string_view name, std::vector<std::string> addresses) {
    std::erase_if(addresses, [](const std::string& address) { return !is_address(address); });
    if (addresses.empty()) return {};
    return fmt::format("{}: {}", name, fmt::join(addresses, fmt::format(",{}", fold)));
}

std::string domain_of(const std::string& address) {
    const auto at = address.find('@');
    return at == std::string::npos ? "localhost" : address.substr(at + 1);
}

}  // namespace

std::vector<std::string> split_addresses(std::string_view list) {
    std::vector<std::string> addresses;
    while (!list.empty()) {
        const auto comma = list.find(',');
        const std::string address(core::trim(list.substr(0, comma)));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        const auto is_same = [&](const std::string& other) {
            return core::lower_ascii(other) == core::lower_ascii(address);
        };
        if (!address.empty() && std::none_of(addresses.begin(), addresses.end(), is_same)) {
            addresses.push_back(address);
        }
    }
    return addresses;
}

std::string join_addresses(const std::vector<std::string>& addresses) {
    return fmt::format("{}", fmt::join(addresses, ", "));
}

bool is_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > longest_address)
        return false;
    const auto local = text.substr(0, at);
    const auto domain = text.substr(at + 1);
    return std::all_of(local.begin(), local.end(), is_address_character) &&
           std::all_of(domain.begin(), domain.end(), is_address_character) && text.front() != '-';
}

std::string header_text(std::string_view text) {
    const std::string line = one_line(text);
    if (is_plain(line)) return line;
    std::string out;
    for (std::string_view rest = line; !rest.empty();) {
        const std::string_view word = core::truncate_utf8(rest, bytes_per_word);
        rest.remove_prefix(word.size());
        if (!out.empty()) out += fold;
        out += fmt::format("=?UTF-8?B?{}?=", base64(word));
    }
    return out;
}

std::vector<std::string> header_lines(const Message& message) {
    std::vector<std::string> lines = {
        fmt::format("From: {}", message.sender),
        address_header("To", message.receivers),
        fmt::format("Subject: {}", header_text(message.subject)),
        "Date: " + date::format("%a, %d %b %Y %T +0000", date::floor<std::chrono::seconds>(message.date)),
        fmt::format("Message-ID: <{}@{}>", message.id, domain_of(message.sender)),
        "Auto-Submitted: auto-generated",
    };
    lines.insert(lines.begin() + 2, address_header("Cc", message.copies));
    std::erase(lines, "");
    return lines;
}

}  // namespace silaware::mail
