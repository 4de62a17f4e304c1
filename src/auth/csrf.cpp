#include "auth/csrf.hpp"

#include "auth/token.hpp"

namespace silaware::auth {

std::string csrf_token(std::string_view secret, std::string_view session_token) {
    return keyed_hash(secret, "csrf", session_token);
}

bool csrf_token_is_valid(std::string_view secret, std::string_view session_token, std::string_view sent) {
    return !session_token.empty() && equal_in_constant_time(csrf_token(secret, session_token), sent);
}

}  // namespace silaware::auth
