#include "auth/token.hpp"
#include "portal/answers.hpp"
#include "portal/cookies.hpp"
#include "portal/routes.hpp"
#include "storage/session_store.hpp"

namespace silaware::portal {

namespace {

core::Result<http::Response> leave(const Portal& portal, const http::Request& request) {
    const auto token = request.cookie(session_cookie_name);
    if (token && !token->empty()) {
        const auto username = storage::SessionStore(portal.database).end(auth::token_hash(*token));
        if (username) {
            portal.database.transaction([&](storage::Connection& connection) {
                storage::record_audit(connection, {*username, request.client_address, portal.now()}, "logout",
                                      *username);
            });
        }
    }
    auto response = http::Response::redirect("/login");
    response.set_cookie(expired_session_cookie(portal));
    response.set_cookie(expired_cookie(signed_in_cookie_name));
    return response;
}

}  // namespace

void add_logout_routes(http::Router& router, Portal& portal) {
    for (const auto method : {http::Method::get, http::Method::post}) {
        add_route(router, portal, method, "/logout",
                  [&portal](const http::Request& request, const Visitor&) { return leave(portal, request); });
    }
}

}  // namespace silaware::portal
