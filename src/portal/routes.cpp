#include "portal/routes.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "portal/answers.hpp"
#include "portal/errors.hpp"
#include "portal/portal.hpp"

namespace silaware::portal {

namespace {

const Visitor& nobody() {
    static const Visitor visitor;
    return visitor;
}

const Visitor& visitor_of(const http::Request& request) {
    const auto* visitor = request.context_as<Visitor>();
    return visitor != nullptr ? *visitor : nobody();
}

}  // namespace

void add_route(http::Router& router, const Portal& portal, http::Method method, std::string pattern,
               Handler handler) {
    const Rule* rule = find_rule(method, pattern);
    if (rule == nullptr) {
        throw std::logic_error(fmt::format("{} {} has no access rule", http::name(method), pattern));
    }
    auto guarded = [&portal, rule, handler = std::move(handler)](
                       const http::Request& request) -> core::Result<http::Response> {
        const Visitor& visitor = visitor_of(request);
        if (rule->kind != Kind::plain_form) {
            if (request.turned_away) return core::fail(many_sign_in());
            if (const auto checked = check_csrf(portal, request, visitor); !checked) {
                return core::fail(checked.error());
            }
        }
        try {
            auto answer = handler(request, visitor);
            if (answer || !visitor.signed_in()) return answer;
            return core::fail(
                in_language(portal, language_of(portal, request, visitor), std::move(answer.error())));
        } catch (const storage::DatabaseError& error) {
            if (!is_unavailable(error)) throw;
            spdlog::error("{} {}: the database is gone or refuses: {}", http::name(request.method),
                          request.path, error.what());
            return core::fail(database_gone());
        }
    };
    router.add({.method = method,
                .pattern = std::move(pattern),
                .access = static_cast<http::Access>(rule - rules().data()),
                .handler = std::move(guarded),
                .effort = rule->effort});
}

http::Router make_router(Portal& portal) {
    http::Router router;
    add_route(router, portal, http::Method::get, "/", [](const http::Request&, const Visitor&) {
        return http::Response::redirect("/login/summary");
    });
    add_route(router, portal, http::Method::get, "/static/{path*}",
              [&portal](const http::Request& request, const Visitor&) {
                  return portal.static_files.serve(request);
              });
    add_login_routes(router, portal);
    add_logout_routes(router, portal);
    add_token_routes(router, portal);
    add_account_routes(router, portal);
    add_device_routes(router, portal);
    add_profile_routes(router, portal);
    add_settings_routes(router, portal);
    add_alert_settings_routes(router, portal);
    add_outbox_routes(router, portal);
    add_audit_routes(router, portal);
    add_password_reset_routes(router, portal);
    add_api_routes(router, portal);
    add_board_routes(router, portal);
    return router;
}

http::ServerHooks make_hooks(Portal& portal) {
    http::ServerHooks hooks;
    hooks.authorize = [&portal](const http::RequestHead& request,
                                const http::Route& route) -> tl::expected<http::Grant, http::Response> {
        try {
            return authorize(portal, request, route);
        } catch (const storage::DatabaseError& error) {
            if (!is_unavailable(error)) throw;
            spdlog::error("{} {}: the database is gone or refuses: {}", http::name(request.method),
                          request.path, error.what());
            return tl::unexpected(render_error(portal, request, database_gone()));
        }
    };
    hooks.render_error = [&portal](const http::RequestHead& request, const core::Error& error) {
        return render_error(portal, request, error);
    };
    hooks.observe = [requests = portal.requests](const http::RequestHead&, int status,
                                                 std::chrono::microseconds took) {
        requests->count(status, took);
    };
    return hooks;
}

}  // namespace silaware::portal
