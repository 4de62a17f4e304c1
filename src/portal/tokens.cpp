#include <fmt/format.h>

#include "auth/token.hpp"
#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/issue_token.hpp"
#include "portal/routes.hpp"
#include "storage/api_token_store.hpp"

namespace silaware::portal {

http::Response token_answer(const Portal& portal, const storage::Credentials& account,
                            auth::Freshness freshness, core::Instant expires) {
    const auth::JwtClaims claims{account.username, account.role,
                                 portal.now(),     expires,
                                 freshness,        token_version(account.id, account.password_changed_ms)};
    const auto left = std::chrono::ceil<core::Seconds>(expires - claims.issued_at);
    return http::Response::json({{"access_token", auth::issue_jwt(claims, portal.settings.jwt_secret)},
                                 {"token_type", "Bearer"},
                                 {"expires_in", left.count()}});
}

namespace {

/// A JWT that asks gets one that ends no later than itself: otherwise a stolen one would live for ever.
core::Result<http::Response> for_visitor(const Portal& portal, const Visitor& visitor) {
    if (visitor.way == Visitor::Way::api_token) {
        return core::fail(core::ErrorCode::forbidden, "An API token can't be turned into another token.");
    }
    const auto account = storage::AccountStore(portal.database).credentials(visitor.account_id);
    if (!account) return core::fail(core::ErrorCode::unauthorized, "The account is gone.");
    const auto expires = std::min(portal.now() + portal.settings.jwt_lifetime, visitor.valid_until);
    return token_answer(portal, *account, auth::Freshness::from_session, expires);
}

boost::json::object as_json(const Portal& portal, const storage::ApiToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"scope", token.scope},
            {"created_at", instant_ms(portal, token.created_ms)},
            {"last_used_at", instant_ms(portal, token.last_used_ms)}};
}

core::Result<http::Response> list_tokens(const Portal& portal, const Visitor& visitor) {
    boost::json::array items;
    for (const auto& token : storage::ApiTokenStore(portal.database).list(visitor.account_id)) {
        items.push_back(as_json(portal, token));
    }
    return http::Response::json({{"items", std::move(items)}});
}

core::Result<http::Response> create_token(const Portal& portal, const http::Request& request,
                                          const Visitor& visitor) {
    // What ends by itself must not become what lasts.
    if (visitor.way != Visitor::Way::session) {
        return core::fail(core::ErrorCode::forbidden,
                          "A token can't make another: sign in to the portal and make it there.");
    }
    const auto input = request.input();
    if (!input) return core::fail(input.error());
    Fields fields(*input);
    const auto name = fields.text("name").value_or("");
    const auto scope = fields.text("scope").value_or("read");
    if (name.empty() || core::code_points(name) > 64 || !core::is_printable(name))
        fields.refuse("name", "A token has a name of 1 to 64 characters.");
    if (scope != "read" && scope != "full") fields.refuse("scope", "The scope is read or full.");
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    const std::string token = auth::random_api_token();
    const auto created = storage::ApiTokenStore(portal.database)
                             .create(visitor.account_id, name, scope, auth::token_hash(token),
                                     change_by(portal, request, visitor));
    if (!created) return core::fail(created.error());
    auto answer = as_json(portal, *created);
    answer["token"] = token;  // shown this once
    return http::Response::json(answer, 201);
}

core::Result<http::Response> revoke(const Portal& portal, const http::Request& request,
                                    const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto removed = storage::ApiTokenStore(portal.database)
                             .remove(visitor.account_id, *id, change_by(portal, request, visitor));
    if (!removed) return core::fail(removed.error());
    return http::Response::json({{"deleted", *id}});
}

}  // namespace

void add_token_routes(http::Router& router, Portal& portal) {
    add_route(
        router, portal, http::Method::get, "/get_jwt",
        [&portal](const http::Request&, const Visitor& visitor) { return for_visitor(portal, visitor); });
    add_route(
        router, portal, http::Method::get, "/login/profile/tokens/json",
        [&portal](const http::Request&, const Visitor& visitor) { return list_tokens(portal, visitor); });
    add_route(router, portal, http::Method::post, "/login/profile/tokens",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return create_token(portal, request, visitor);
              });
    add_route(router, portal, http::Method::del, "/login/profile/tokens/{id}",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return revoke(portal, request, visitor);
              });
}

}  // namespace silaware::portal
