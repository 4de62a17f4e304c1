#pragma once

#include <string>
#include <string_view>

namespace silaware::auth {

/// 256 random bits as 43 characters of base64url. Throws std::runtime_error without randomness.
std::string random_token();
/// What of a token is stored: its SHA-256 in hex. Enough, because the token itself is random.
std::string token_hash(std::string_view token);

/// Personal API tokens start with this, so that one found in a file is recognised.
inline constexpr std::string_view api_token_prefix = "slw_";
/// The prefix and a random_token; throws as that does.
std::string random_api_token();
/// True if `token` begins as one.
bool looks_like_api_token(std::string_view token);

/// HMAC-SHA256 as base64url; `purpose` keeps the uses of one key apart.
std::string keyed_hash(std::string_view key, std::string_view purpose, std::string_view message);
/// Takes the same time wherever the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace silaware::auth
