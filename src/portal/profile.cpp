#include "auth/account_rules.hpp"
#include "portal/answers.hpp"
#include "portal/cookies.hpp"
#include "portal/errors.hpp"
#include "portal/routes.hpp"
#include "portal/sign_in.hpp"
#include "storage/account_store.hpp"

namespace silaware::portal {

namespace {

core::Result<http::Response> show_profile(const Portal& portal, const http::Request& request,
                                          const Visitor& visitor) {
    view::ProfilePage page;
    fill_chrome(page, portal, request, visitor);
    if (const auto account = storage::AccountStore(portal.database).find(visitor.account_id)) {
        page.email = account->email;
        if (account->previous_login_ms)
            page.last_login_at = portal.zone.iso8601(core::from_epoch_ms(*account->previous_login_ms));
        page.last_login_from = account->previous_login_address.value_or("");
    }
    return http::Response::html(portal.renderer.render(page));
}

http::Response refused(const Portal& portal, const http::Request& request, const SignInRefusal& refusal) {
    return render_error(portal, request, refusal.error, refusal.retry_after);
}

/// Every session of the account ends, this one too: whoever knew the old password is out.
core::Result<http::Response> change_password(const Portal& portal, const http::Request& request,
                                             const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    Fields fields(*body);
    const auto current = fields.raw("current");
    const auto wanted = fields.raw("new");
    if (!current) fields.refuse("current", "The current password is missing.");
    if (!wanted) fields.refuse("new", "The new password is missing.");
    if (wanted) {
        if (auto problem = auth::problem_with_password(*wanted)) fields.refuse("new", std::move(*problem));
    }
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    const auto checked = check_own_password(portal, visitor.account_id, *current);
    if (!checked) return refused(portal, request, checked.error());
    if (*checked == PasswordCheck::wrong) {
        fields.refuse("current", "The current password is wrong.");
        return core::fail(fields.check().error());
    }
    const auto hash = auth::hash_password(*wanted, portal.settings.password_storage);
    const auto changed =
        storage::AccountStore(portal.database)
            .update(visitor.account_id, {.password_hash = hash}, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    auto response = http::Response::json({{"changed", true}, {"sign_in_again", "/login"}});
    if (visitor.way == Visitor::Way::session) response.set_cookie(expired_session_cookie(portal));
    return response;
}

core::Result<http::Response> change_language(const Portal& portal, const http::Request& request,
                                             const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    Fields fields(*body);
    const auto language = fields.text("language").value_or("");
    if (!language.empty() && !portal.renderer.texts().speaks(language)) {
        fields.refuse("language", "The portal does not speak this language.");
    }
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    storage::AccountStore(portal.database).set_language(visitor.account_id, language);
    return http::Response::json({{"language", language}});
}

}  // namespace

void add_profile_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/profile",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return show_profile(portal, request, visitor);
              });
    add_route(router, portal, http::Method::put, "/login/profile/password",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return change_password(portal, request, visitor);
              });
    add_route(router, portal, http::Method::put, "/login/profile/language",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return change_language(portal, request, visitor);
              });
}

}  // namespace silaware::portal
