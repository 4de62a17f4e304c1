#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/time.hpp"

namespace silaware::auth {

enum class Freshness { from_password, from_session };

/// What an access token says.
struct JwtClaims {
    std::string subject;  ///< username
    std::string role;
    core::Instant issued_at;   ///< to the second
    core::Instant expires_at;  ///< to the second
    Freshness freshness = Freshness::from_session;
    /// Our own claim `ver`: account and password it was issued for, so that neither a namesake nor a time
    /// before a password change can use it. Empty in a token that was made elsewhere with our key.
    std::string version = {};
};

/// A signed access token (HS256) as Flask-JWT-Extended's users know it: sub role iat nbf exp jti type fresh.
std::string issue_jwt(const JwtClaims& claims, std::string_view key);

/// Verifies strictly: HS256 only, `exp` required and in the future, `nbf` past, type "access", a subject.
/// Error `unauthorized` says why.
core::Result<JwtClaims> verify_jwt(std::string_view token, std::string_view key, core::Instant now);

}  // namespace silaware::auth
