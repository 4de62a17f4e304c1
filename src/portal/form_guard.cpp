#include "portal/form_guard.hpp"

#include "auth/csrf.hpp"
#include "auth/token.hpp"
#include "portal/cookies.hpp"
#include "portal/portal.hpp"

namespace silaware::portal {

FormGuard::FormGuard(const Portal& portal, const http::RequestHead& request)
    : portal_(portal),
      fresh_(false),
      over_tls_(request.secure),
      cookie_(request.cookie(login_cookie_name).value_or("")) {
    constexpr std::size_t length_of_random_token = 43;
    if (cookie_.size() == length_of_random_token) return;
    cookie_ = auth::random_token();
    fresh_ = true;
}

std::string FormGuard::csrf_token() const {
    return auth::csrf_token(portal_.settings.secret_key, "form:" + cookie_);
}

bool FormGuard::accepts(std::string_view sent) const {
    return !fresh_ && auth::csrf_token_is_valid(portal_.settings.secret_key, "form:" + cookie_, sent);
}

void FormGuard::keep(http::Response& response) const {
    if (!fresh_) return;
    // Not Secure over plain HTTP: the page that explains a lost session cookie must work there too.
    response.set_cookie({.name = std::string(login_cookie_name),
                         .value = cookie_,
                         .transport = over_tls_ ? http::Transport::secure_only : http::Transport::any});
}

}  // namespace silaware::portal
