#include "portal/cookies.hpp"

#include "core/text.hpp"
#include "portal/portal.hpp"

namespace silaware::portal {

namespace {

/// Browsers take these for as good as TLS.
bool is_this_machine(std::string_view host) {
    const std::string folded = core::lower_ascii(host);
    const std::string_view name = folded.starts_with('[')
                                      ? std::string_view(folded).substr(0, folded.find(']') + 1)
                                      : std::string_view(folded).substr(0, folded.find(':'));
    return name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.") || name == "[::1]";
}

}  // namespace

http::Cookie session_cookie(const Portal& portal, std::string_view token) {
    return {.name = std::string(session_cookie_name),
            .value = std::string(token),
            .transport =
                portal.settings.session_cookie_secure ? http::Transport::secure_only : http::Transport::any};
}

http::Cookie expired_session_cookie(const Portal& portal) {
    auto cookie = session_cookie(portal, "");
    cookie.max_age = std::chrono::seconds(0);
    return cookie;
}

http::Cookie expired_cookie(std::string_view name) {
    return {.name = std::string(name),
            .value = "",
            .max_age = std::chrono::seconds(0),
            .transport = http::Transport::any};
}

bool session_cookie_is_at_risk(const Portal& portal, const http::RequestHead& request) {
    return portal.settings.session_cookie_secure && !request.secure &&
           !is_this_machine(request.header("host").value_or(""));
}

bool session_cookie_got_lost(const http::RequestHead& request) {
    return request.cookie(signed_in_cookie_name) && !request.cookie(session_cookie_name);
}

}  // namespace silaware::portal
