#include <spdlog/spdlog.h>

#include "auth/account_rules.hpp"
#include "auth/token.hpp"
#include "portal/answers.hpp"
#include "portal/errors.hpp"
#include "portal/form_guard.hpp"
#include "portal/routes.hpp"
#include "storage/account_store.hpp"
#include "storage/login_failure_store.hpp"
#include "storage/password_reset_store.hpp"

namespace silaware::portal {

namespace {

constexpr auth::RateLimit mails_per_subject{5, core::Seconds(15 * 60)};

http::Response forgot_page(const Portal& portal, const http::Request& request, bool sent) {
    view::ForgotPasswordPage page;
    fill_chrome(page, portal, request, {});
    const FormGuard guard(portal, request);
    page.csrf_token = guard.csrf_token();
    page.sent = sent;
    auto response = http::Response::html(portal.renderer.render(page));
    guard.keep(response);
    return response;
}

struct ResetForm {
    std::string token = {};
    std::string problem = {};
    int status = 200;
};

http::Response reset_page(const Portal& portal, const http::Request& request, const ResetForm& form) {
    view::ResetPasswordPage page;
    fill_chrome(page, portal, request, {});
    const FormGuard guard(portal, request);
    page.csrf_token = guard.csrf_token();
    page.token = form.token;
    page.link_is_stale =
        !storage::PasswordResetStore(portal.database).find(auth::token_hash(form.token), portal.now());
    page.problem = form.problem;
    auto response = http::Response::html(portal.renderer.render(page), form.status);
    // The address of this page is the key: it must not travel on in a Referer.
    response.set("Referrer-Policy", "no-referrer");
    guard.keep(response);
    return response;
}

/// False if this subject has had its share.
bool may_mail(const Portal& portal, const std::string& subject) {
    storage::LoginFailureStore store(portal.database);
    const auto now = portal.now();
    const auto newest = store.newest(subject, mails_per_subject.failures, now - mails_per_subject.window);
    if (auth::retry_after(newest, mails_per_subject, now)) return false;
    store.add(subject, now);
    return true;
}

void mail_link(const Portal& portal, const http::Request& request, const storage::Account& account) {
    const std::string token = auth::random_token();
    view::PasswordResetMail mail;
    mail.language = account.language.value_or(language_of(portal, request, {}));
    mail.site_time = core::format_local(portal.zone.to_local(portal.now()));
    mail.link = portal.settings.public_url + "/login/reset?token=" + token;
    mail.username = account.username;
    mail.valid_minutes = static_cast<int>(portal.settings.reset_lifetime.count() / 60);
    const auto rendered = portal.renderer.render(mail);
    storage::PasswordResetStore(portal.database)
        .create(auth::token_hash(token), account.id, portal.now() + portal.settings.reset_lifetime,
                [&](storage::Connection& connection) {
                    portal.queue_mail(connection, account.email, rendered);
                    storage::record_audit(connection, {"", request.client_address, portal.now()},
                                          "password.reset_mail", account.username);
                });
}

/// The answer is the same whether or not the address is known.
core::Result<http::Response> ask(const Portal& portal, const http::Request& request) {
    const auto fields = request.form();
    if (!fields) return core::fail(fields.error());
    if (!FormGuard(portal, request).accepts(fields->find("csrf_token").value_or(""))) {
        return core::fail(core::ErrorCode::forbidden, "The form is too old: reload the page and try again.");
    }
    if (!portal.settings.mail_is_set || !portal.queue_mail) {
        return core::fail(core::ErrorCode::unavailable,
                          "No mail server is set: ask an administrator for a new password.");
    }
    if (portal.settings.public_url.empty()) {
        // The Host header is the sender's word: a link made of it could lead anywhere.
        spdlog::error("no password can be reset by mail without PUBLIC_URL");
        return core::fail(
            core::ErrorCode::unavailable,
            "The portal's address (PUBLIC_URL) is not set: ask an administrator for a new password.");
    }
    const auto address = auth::address_subject(request.client_address);
    if (address && !may_mail(portal, "reset:" + *address)) {
        return render_error(portal, request,
                            {core::ErrorCode::too_many, "Too many requests: try again later.", {}},
                            mails_per_subject.window);
    }
    const std::string email = fields->find("email").value_or("");
    std::optional<storage::Account> account;
    if (!email.empty()) account = storage::AccountStore(portal.database).find_by_email(email);
    if (account && may_mail(portal, "reset:" + std::to_string(account->id)))
        mail_link(portal, request, *account);
    return forgot_page(portal, request, true);
}

core::Result<http::Response> set_password(const Portal& portal, const http::Request& request) {
    if (request.turned_away) return core::fail(many_sign_in());
    const auto fields = request.form();
    if (!fields) return core::fail(fields.error());
    const std::string token = fields->find("token").value_or("");
    const std::string password = fields->find("password").value_or("");
    if (!FormGuard(portal, request).accepts(fields->find("csrf_token").value_or(""))) {
        return core::fail(core::ErrorCode::forbidden, "The form is too old: open the link again.");
    }
    if (const auto problem = auth::problem_with_password(password)) {
        return reset_page(portal, request, {token, *problem, 400});
    }
    if (!storage::PasswordResetStore(portal.database).find(auth::token_hash(token), portal.now()))
        return reset_page(portal, request, {token, "", 400});
    const auto hash = auth::hash_password(password, portal.settings.password_storage);
    const bool changed =
        storage::AccountStore(portal.database)
            .set_password_by_link(auth::token_hash(token), hash, {"", request.client_address, portal.now()});
    if (!changed) return reset_page(portal, request, {token, "", 400});
    return http::Response::redirect("/login?reset=1", 303);
}

}  // namespace

void add_password_reset_routes(http::Router& router, Portal& portal) {
    using enum http::Method;
    add_route(router, portal, get, "/login/forgot", [&portal](const http::Request& request, const Visitor&) {
        return forgot_page(portal, request, false);
    });
    add_route(router, portal, post, "/login/forgot",
              [&portal](const http::Request& request, const Visitor&) { return ask(portal, request); });
    add_route(router, portal, get, "/login/reset", [&portal](const http::Request& request, const Visitor&) {
        return reset_page(portal, request, {.token = request.query("token").value_or("")});
    });
    add_route(router, portal, post, "/login/reset", [&portal](const http::Request& request, const Visitor&) {
        return set_password(portal, request);
    });
}

}  // namespace silaware::portal
