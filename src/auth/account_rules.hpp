#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace silaware::auth {

// Each answers nothing if the value is good, else the sentence to show beside the field.

/// 3 to 64 of A-Z a-z 0-9.
std::optional<std::string> problem_with_username(std::string_view username);
/// An address as mail servers take it: `local@domain`, ASCII, at most 254 characters.
std::optional<std::string> problem_with_email(std::string_view email);
/// Addresses separated by commas, in at most 50,000 bytes; blanks around them and an empty list are good,
/// line breaks never.
std::optional<std::string> problem_with_email_list(std::string_view list);
/// At least 8 characters.
std::optional<std::string> problem_with_password(std::string_view password);
/// "admin" or "user".
std::optional<std::string> problem_with_role(std::string_view role);

/// How a user name or mail address is compared: without case.
std::string folded(std::string_view text);

}  // namespace silaware::auth
