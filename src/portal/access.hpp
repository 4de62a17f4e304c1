#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "http/server.hpp"

namespace silaware::portal {

struct Portal;

enum class Role { user, admin };
/// "user" or "admin", as the database and the API have it.
std::string_view name(Role role);

/// Who a request comes from, as the database says at this moment.
struct Visitor {
    enum class Way { nobody, session, jwt, api_token };

    Way way = Way::nobody;
    std::int64_t account_id = 0;
    std::string username = {};
    Role role = Role::user;
    std::string language = {};       ///< chosen in the profile; empty: the browser's
    std::string session_token = {};  ///< of a session only
    std::string csrf_token = {};     ///< of a session only
    bool read_only = false;          ///< an API token that may change nothing
    core::Instant valid_until = {};  ///< end of the session or token

    bool signed_in() const { return way != Way::nobody; }
    bool is_admin() const { return signed_in() && role == Role::admin; }
};

/// Who may use a route.
enum class Needs {
    nobody,   ///< open to all; the visitor is not looked up
    anybody,  ///< open to all; the visitor is looked up
    account,  ///< any account, reading or changing what is its own
    admin,
    metrics,  ///< METRICS_TOKEN as Bearer, or an admin
};

/// How a visitor who is not signed in is answered, and whether a session needs the CSRF token.
enum class Kind {
    page,        ///< redirected to the login page, unless JSON is asked for
    json,        ///< 401, unless the client accepts text/html
    plain_form,  ///< a form that checks its own CSRF token (the login page's), or takes none
};

struct Rule {
    http::Method method;
    std::string_view pattern;
    Needs needs;
    Kind kind;
    http::Effort effort = http::Effort::light;
};

/// The one table of all routes and who may use them. A route that is not in it can't be added.
std::span<const Rule> rules();
/// Null if there is none.
const Rule* find_rule(http::Method method, std::string_view pattern);

/// Who `request` comes from. Error `unauthorized` for a token (not: a session cookie) that is worth nothing.
core::Result<Visitor> identify(const Portal& portal, const http::RequestHead& request);

/// The claim `ver` of an account's JWTs: changes with its password.
std::string token_version(std::int64_t account_id, std::int64_t password_changed_ms);

/// Decides before the body is read: the visitor to grant, or the refusal.
tl::expected<http::Grant, http::Response> authorize(const Portal& portal, const http::RequestHead& request,
                                                    const http::Route& route);

/// Nothing, or error `forbidden`, for a state-changing request of a session without its CSRF token
/// (`X-CSRF-Token` or form field `csrf_token`).
core::Result<void> check_csrf(const Portal& portal, const http::Request& request, const Visitor& visitor);

/// A path of this portal to go to after login, or "/login/summary": nothing that leads to another site.
std::string safe_next(std::string_view next);

}  // namespace silaware::portal
