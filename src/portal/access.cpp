#include "portal/access.hpp"

#include <fmt/format.h>

#include "auth/csrf.hpp"
#include "auth/jwt.hpp"
#include "auth/token.hpp"
#include "core/text.hpp"
#include "http/query.hpp"
#include "portal/cookies.hpp"
#include "portal/errors.hpp"
#include "portal/portal.hpp"
#include "storage/account_store.hpp"
#include "storage/api_token_store.hpp"
#include "storage/session_store.hpp"

namespace silaware::portal {

namespace {

Role role_of(std::string_view text) {
    return core::lower_ascii(text) == "admin" ? Role::admin : Role::user;
}

auto worthless_token(std::string sentence) {
    return core::fail(core::ErrorCode::unauthorized, std::move(sentence));
}

/// A proxy in front may use these for itself.
bool is_foreign_scheme(std::string_view authorization) {
    const std::string folded = core::lower_ascii(core::trim(authorization));
    return folded.starts_with("basic ") || folded.starts_with("digest ") || folded.starts_with("negotiate ");
}

Visitor by_session(const Portal& portal, const http::RequestHead& request) {
    const auto token = request.cookie(session_cookie_name);
    if (!token || token->empty()) return {};
    storage::SessionStore sessions(portal.database);
    const auto found = sessions.use(auth::token_hash(*token), portal.now(), portal.settings.session_idle);
    if (!found) return {};
    Visitor visitor;
    visitor.way = Visitor::Way::session;
    visitor.account_id = found->account_id;
    visitor.username = found->username;
    visitor.role = role_of(found->role);
    visitor.language = found->language.value_or("");
    visitor.session_token = *token;
    visitor.csrf_token = auth::csrf_token(portal.settings.secret_key, *token);
    visitor.valid_until = core::from_epoch_ms(found->expires_ms);
    return visitor;
}

core::Result<Visitor> by_api_token(const Portal& portal, const std::string& token) {
    storage::ApiTokenStore tokens(portal.database);
    const auto found = tokens.use(auth::token_hash(token), portal.now());
    if (!found) return worthless_token("The API token is unknown or was revoked.");
    Visitor visitor;
    visitor.way = Visitor::Way::api_token;
    visitor.account_id = found->account_id;
    visitor.username = found->username;
    visitor.role = role_of(found->role);
    visitor.language = found->language.value_or("");
    visitor.read_only = found->scope != "full";
    return visitor;
}

/// The account a token was issued for, if its password is still the one of then.
std::optional<storage::Account> account_of(const Portal& portal, const auth::JwtClaims& claims) {
    const storage::AccountStore accounts(portal.database);
    if (!claims.version.empty()) {
        const auto id =
            core::parse_integer(std::string_view(claims.version).substr(0, claims.version.find(':')));
        auto account = id ? accounts.find(*id) : std::nullopt;
        if (!account || account->username != claims.subject) return std::nullopt;
        if (token_version(account->id, account->password_changed_ms) != claims.version) return std::nullopt;
        return account;
    }
    auto account = accounts.find_by_name(claims.subject);
    // `iat` has no fractions: the second of the change itself counts as after it.
    if (account && core::epoch_ms(claims.issued_at) + 999 >= account->password_changed_ms) return account;
    return std::nullopt;
}

core::Result<Visitor> by_jwt(const Portal& portal, const std::string& token) {
    const auto claims = auth::verify_jwt(token, portal.settings.jwt_secret, portal.now());
    if (!claims) return core::fail(claims.error());
    const auto account = account_of(portal, *claims);
    if (!account) return worthless_token("The token's account is gone or has another password now.");
    Visitor visitor;
    visitor.way = Visitor::Way::jwt;
    visitor.account_id = account->id;
    visitor.username = account->username;
    visitor.role = role_of(account->role);
    visitor.language = account->language.value_or("");
    visitor.valid_until = claims->expires_at;
    return visitor;
}

bool changes_state(http::Method method) {
    return method != http::Method::get && method != http::Method::head && method != http::Method::options;
}

bool has_metrics_token(const Portal& portal, const http::RequestHead& request) {
    const std::string& token = portal.settings.metrics_token;
    return !token.empty() && auth::equal_in_constant_time(request.bearer_token().value_or(""), token);
}

http::Response send_to_login(const http::RequestHead& request) {
    if (changes_state(request.method)) return http::Response::redirect("/login");
    return http::Response::redirect("/login?next=" + http::percent_encode(request.target));
}

http::Response refuse(const Portal& portal, const http::RequestHead& request, core::ErrorCode code,
                      std::string sentence) {
    return render_error(portal, request, core::Error{code, std::move(sentence), {}});
}

/// A page sends to the login page unless JSON is asked for; a JSON endpoint only those who ask for HTML.
http::Response refuse_anonymous(const Portal& portal, const http::RequestHead& request, Kind kind) {
    const bool redirect = !request.wants_json() && (kind != Kind::json || request.accepts_html());
    if (redirect) return send_to_login(request);
    return refuse(portal, request, core::ErrorCode::unauthorized, "Sign in first.");
}

/// A token that is worth nothing is told so, whoever sends it.
http::Response refuse_token(const core::Error& error) {
    auto response = http::error_response(error);
    response.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    return response;
}

http::Grant grant(Visitor visitor) {
    const bool authenticated = visitor.signed_in();
    return {.context = std::move(visitor), .authenticated = authenticated};
}

}  // namespace

std::string_view name(Role role) {
    return role == Role::admin ? "admin" : "user";
}

std::string token_version(std::int64_t account_id, std::int64_t password_changed_ms) {
    return fmt::format("{}:{}", account_id, password_changed_ms);
}

core::Result<Visitor> identify(const Portal& portal, const http::RequestHead& request) {
    const auto authorization = request.header("authorization");
    if (!authorization || is_foreign_scheme(*authorization)) return by_session(portal, request);
    const std::string token = request.bearer_token().value_or("");
    if (token.empty()) return worthless_token("The Authorization header holds no Bearer token.");
    return auth::looks_like_api_token(token) ? by_api_token(portal, token) : by_jwt(portal, token);
}

tl::expected<http::Grant, http::Response> authorize(const Portal& portal, const http::RequestHead& request,
                                                    const http::Route& route) {
    const Rule& rule = rules()[static_cast<std::size_t>(route.access)];
    if (rule.needs == Needs::nobody) return http::Grant{};
    if (rule.needs == Needs::metrics && has_metrics_token(portal, request)) return http::Grant{};
    auto visitor = identify(portal, request);
    if (rule.needs == Needs::anybody) return grant(visitor ? std::move(*visitor) : Visitor{});
    if (!visitor) return tl::unexpected(refuse_token(visitor.error()));
    if (!visitor->signed_in()) return tl::unexpected(refuse_anonymous(portal, request, rule.kind));
    if (rule.needs != Needs::account && !visitor->is_admin()) {
        return tl::unexpected(
            refuse(portal, request, core::ErrorCode::forbidden, "Only an administrator may do this."));
    }
    if (visitor->read_only && changes_state(request.method)) {
        return tl::unexpected(
            refuse(portal, request, core::ErrorCode::forbidden, "This API token may only read."));
    }
    return grant(std::move(*visitor));
}

core::Result<void> check_csrf(const Portal& portal, const http::Request& request, const Visitor& visitor) {
    if (visitor.way != Visitor::Way::session || !changes_state(request.method)) return {};
    std::string sent = request.header("x-csrf-token").value_or("");
    if (sent.empty() && request.content_type() == "application/x-www-form-urlencoded") {
        if (const auto form = request.form()) sent = form->find("csrf_token").value_or("");
    }
    if (auth::csrf_token_is_valid(portal.settings.secret_key, visitor.session_token, sent)) return {};
    return core::fail(
        core::ErrorCode::forbidden,
        "The CSRF token is missing or belongs to another session: reload the page and try again.");
}

std::string safe_next(std::string_view next) {
    constexpr auto home = "/login/summary";
    constexpr std::size_t longest = 2000;
    const bool local = next.size() <= longest && next.starts_with('/') && !next.starts_with("//") &&
                       next.find('\\') == next.npos && core::is_printable(next);
    const std::string_view path = next.substr(0, next.find_first_of("?#"));
    if (!local || path == "/login" || path == "/logout") return home;
    std::string location;
    for (const char c : next) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte > 0x20 && byte < 0x7f && c != '"' && c != '<' && c != '>';
        location += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return location;
}

}  // namespace silaware::portal
