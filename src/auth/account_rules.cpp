#include "auth/account_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::auth {

namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
// What is stored may take 65,535 bytes; a mail's list of receivers has a blank more after each comma.
constexpr std::size_t longest_email_list = 50'000;
constexpr std::string_view local_marks = "!#$%&'*+/=?^_`{|}~-";  // RFC 5322 atext, next to letters and digits

bool consists_of(std::string_view text, std::string_view allowed, std::string_view more = {}) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return allowed.find(c) != allowed.npos || more.find(c) != more.npos;
    });
}

/// Every piece between dots satisfies `good`.
template <typename Good>
bool dotted(std::string_view text, Good good) {
    for (;;) {
        const auto dot = text.find('.');
        if (!good(text.substr(0, dot))) return false;
        if (dot == text.npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_label(std::string_view label) {
    return label.size() <= 63 && consists_of(label, letters_and_digits, "-") && label.front() != '-' &&
           label.back() != '-';
}

bool is_domain(std::string_view domain) {
    if (core::lower_ascii(domain) == "localhost") return true;
    return domain.size() <= 253 && domain.find('.') != domain.npos && dotted(domain, is_label);
}

bool is_email(std::string_view email) {
    const auto at = email.rfind('@');
    if (at == email.npos || at > 64 || email.size() > 254) return false;
    const auto is_atom = [](std::string_view atom) {
        return consists_of(atom, letters_and_digits, local_marks);
    };
    return dotted(email.substr(0, at), is_atom) && is_domain(email.substr(at + 1));
}

}  // namespace

std::optional<std::string> problem_with_username(std::string_view username) {
    if (username.size() < 3 || username.size() > 64) return "A user name has 3 to 64 characters.";
    if (!consists_of(username, letters_and_digits))
        return "A user name has only letters (A-Z, a-z) and digits.";
    return std::nullopt;
}

std::optional<std::string> problem_with_email(std::string_view email) {
    if (is_email(email)) return std::nullopt;
    return "This is no mail address, such as name@example.com.";
}

std::optional<std::string> problem_with_email_list(std::string_view list) {
    if (list.size() > longest_email_list)
        return "All addresses together have at most 50,000 characters; use the address of a mailing list.";
    if (core::trim(list).empty() && list.find_first_of("\r\n") == list.npos) return std::nullopt;
    if (list.find_first_of("\r\n") != list.npos)
        return "Write the addresses in one line, separated by commas.";
    for (;;) {
        const auto comma = list.find(',');
        const auto entry = core::trim(list.substr(0, comma));
        if (!is_email(entry)) {
            return fmt::format("\"{}\" is no mail address; separate several by commas.",
                               core::to_utf8(entry.substr(0, 100)));
        }
        if (comma == list.npos) return std::nullopt;
        list.remove_prefix(comma + 1);
    }
}

std::optional<std::string> problem_with_password(std::string_view password) {
    if (!core::is_utf8(password)) return "The password is not text.";
    if (core::code_points(password) < 8) return "A password has at least 8 characters.";
    return std::nullopt;
}

std::optional<std::string> problem_with_role(std::string_view role) {
    if (role == "admin" || role == "user") return std::nullopt;
    return "The role is admin or user.";
}

std::string folded(std::string_view text) {
    return core::lower_ascii(core::trim(text));
}

}  // namespace silaware::auth
