#pragma once

#include <string>
#include <string_view>

namespace silaware::auth {

/// The CSRF token of a session (or, on the login page, of a random cookie). It needs no storage: only who has
/// `secret` and the token can make it.
std::string csrf_token(std::string_view secret, std::string_view session_token);
/// False for an empty token too.
bool csrf_token_is_valid(std::string_view secret, std::string_view session_token, std::string_view sent);

}  // namespace silaware::auth
