#include <spdlog/spdlog.h>

#include "auth/csrf.hpp"
#include "auth/token.hpp"
#include "portal/answers.hpp"
#include "portal/cookies.hpp"
#include "portal/errors.hpp"
#include "portal/form_guard.hpp"
#include "portal/issue_token.hpp"
#include "portal/routes.hpp"
#include "portal/sign_in.hpp"
#include "storage/session_store.hpp"

namespace silaware::portal {

namespace {

using view::LoginFailure;

struct LoginForm {
    std::string username = {};
    std::string password = {};
    std::string csrf_token = {};
    std::string next = {};
};

constexpr auto cookie_advice =
    "set SESSION_COOKIE_SECURE=false for plain HTTP, or better serve the portal over TLS";

http::Response login_page(const Portal& portal, const http::Request& request, LoginFailure failure,
                          int status, const LoginForm& form) {
    view::LoginPage page;
    fill_chrome(page, portal, request, {});
    const FormGuard guard(portal, request);
    page.csrf_token = guard.csrf_token();
    page.failure = failure;
    page.entered_name = form.username;
    page.next = safe_next(form.next);
    page.cookie_at_risk = session_cookie_is_at_risk(portal, request);
    page.password_reset = request.query("reset") || request.query("changed");
    auto response = http::Response::html(portal.renderer.render(page), status);
    guard.keep(response);
    return response;
}

core::Result<http::Response> show(const Portal& portal, const http::Request& request,
                                  const Visitor& visitor) {
    const LoginForm form{.next = request.query("next").value_or("")};
    if (visitor.way == Visitor::Way::session) return http::Response::redirect(safe_next(form.next));
    const bool lost = session_cookie_got_lost(request) && session_cookie_is_at_risk(portal, request);
    if (lost) {
        spdlog::warn(
            "{} signed in over plain HTTP, but its browser did not return the Secure session cookie: {}",
            request.client_address, cookie_advice);
    }
    if (lost) return login_page(portal, request, LoginFailure::no_cookie, 200, form);
    // A page sent this browser here although it brought a session: that one has ended.
    const bool ended = request.query("next") && request.cookie(session_cookie_name);
    return login_page(portal, request, ended ? LoginFailure::ended : LoginFailure::none, 200, form);
}

core::Result<http::Response> by_json(const Portal& portal, const http::Request& request) {
    if (request.turned_away) return core::fail(many_sign_in());
    const auto input = request.input();
    if (!input) return core::fail(input.error());
    Fields fields(*input);
    const auto username = fields.raw("username");
    const auto password = fields.raw("password");
    if (!username) fields.refuse("username", "The user name is missing.");
    if (!password) fields.refuse("password", "The password is missing.");
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    const auto account = sign_in(portal, {*username, *password, request.client_address, "json"});
    if (!account) return render_error(portal, request, account.error().error, account.error().retry_after);
    return token_answer(portal, *account, auth::Freshness::from_password,
                        portal.now() + portal.settings.jwt_lifetime);
}

/// A new id for every sign-in, so that one that was planted before it is worth nothing.
http::Response start_session(const Portal& portal, const http::Request& request, std::int64_t account_id,
                             const std::string& next) {
    storage::SessionStore sessions(portal.database);
    if (const auto old = request.cookie(session_cookie_name)) sessions.end(auth::token_hash(*old));
    sessions.sweep(portal.now());
    const std::string token = auth::random_token();
    const auto now = portal.now();
    sessions.create({auth::token_hash(token), account_id, now, now + portal.settings.session_lifetime,
                     request.client_address});
    auto response = http::Response::redirect(safe_next(next));
    response.set_cookie(session_cookie(portal, token));
    response.set_cookie(expired_cookie(login_cookie_name));
    if (session_cookie_is_at_risk(portal, request)) {
        spdlog::warn(
            "sign-in over plain HTTP from {}: a browser will not return the Secure session cookie: {}",
            request.client_address, cookie_advice);
        response.set_cookie({.name = std::string(signed_in_cookie_name),
                             .value = "1",
                             .max_age = std::chrono::seconds(60),
                             .transport = http::Transport::any});
    }
    return response;
}

LoginFailure failure_of(core::ErrorCode code) {
    if (code == core::ErrorCode::unavailable) return LoginFailure::busy;
    return code == core::ErrorCode::too_many ? LoginFailure::too_many : LoginFailure::wrong;
}

http::Response refuse_form(const Portal& portal, const http::Request& request, const SignInRefusal& refusal,
                           const LoginForm& form) {
    const auto code = refusal.error.code;
    if (request.wants_json()) return render_error(portal, request, refusal.error, refusal.retry_after);
    auto response = login_page(portal, request, failure_of(code), http::status_of(code), form);
    if (refusal.retry_after) response.set("Retry-After", std::to_string(refusal.retry_after->count()));
    return response;
}

core::Result<http::Response> by_form(const Portal& portal, const http::Request& request) {
    const auto fields = request.form();
    if (!fields) return core::fail(fields.error());
    LoginForm form{fields->find("username").value_or(""), fields->find("password").value_or(""),
                   fields->find("csrf_token").value_or(request.header("x-csrf-token").value_or("")),
                   fields->find("next").value_or(request.query("next").value_or(""))};
    if (request.turned_away) return refuse_form(portal, request, {many_sign_in(), core::Seconds(2)}, form);
    if (!FormGuard(portal, request).accepts(form.csrf_token)) {
        if (request.wants_json())
            return core::fail(core::ErrorCode::forbidden, "The CSRF token is missing or too old.");
        return login_page(portal, request, LoginFailure::expired, 403, form);
    }
    const auto account = sign_in(portal, {form.username, form.password, request.client_address, "form"});
    if (!account) return refuse_form(portal, request, account.error(), form);
    return start_session(portal, request, account->id, form.next);
}

}  // namespace

void add_login_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return show(portal, request, visitor);
              });
    add_route(router, portal, http::Method::post, "/login",
              [&portal](const http::Request& request, const Visitor&) {
                  const bool form = request.content_type() == "application/x-www-form-urlencoded";
                  return form ? by_form(portal, request) : by_json(portal, request);
              });
}

}  // namespace silaware::portal
