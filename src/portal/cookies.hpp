#pragma once

#include <string_view>

#include "http/cookie.hpp"
#include "http/request.hpp"

namespace silaware::portal {

struct Portal;

inline constexpr std::string_view session_cookie_name = "silaware_session";
inline constexpr std::string_view login_cookie_name =
    "silaware_login";  ///< binds the login form to its browser
inline constexpr std::string_view signed_in_cookie_name =
    "silaware_signed_in";  ///< see `session_cookie_got_lost`
inline constexpr std::string_view language_cookie_name = "language";

/// The session's cookie, with the attributes that the settings ask for, and the one that takes it away.
http::Cookie session_cookie(const Portal& portal, std::string_view token);
http::Cookie expired_session_cookie(const Portal& portal);
http::Cookie expired_cookie(std::string_view name);

/// True if the browser will not return a Secure cookie: plain HTTP from another host.
bool session_cookie_is_at_risk(const Portal& portal, const http::RequestHead& request);
/// True if this browser signed in a moment ago and came back without its session cookie.
bool session_cookie_got_lost(const http::RequestHead& request);

}  // namespace silaware::portal
