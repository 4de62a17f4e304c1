#include "portal/routes.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "portal/answers.hpp"
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

/// A person's browser is shown a page, everybody else the JSON error.
http::Response render_error(const Portal& portal, const http::RequestHead& request, const core::Error& error) {
    auto plain = http::error_response(error);
    if (!request.accepts_html() || request.wants_json()) return plain;
    view::ErrorPage page;
    page.status = plain.status();
    page.message = error.message;
    Visitor visitor;
    if (page.status < 500) {
        if (auto known = identify(portal, request)) visitor = std::move(*known);
    }
    fill_chrome(page, portal, request, visitor);
    auto response = http::Response::html(portal.renderer.render(page), plain.status());
    if (const auto retry = plain.header("Retry-After")) response.set("Retry-After", *retry);
    return response;
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
            if (const auto checked = check_csrf(portal, request, visitor); !checked) {
                return core::fail(checked.error());
            }
        }
        return handler(request, visitor);
    };
    router.add(method, std::move(pattern), static_cast<http::Access>(rule - rules().data()), std::move(guarded));
}

http::Router make_router(Portal& portal) {
    http::Router router;
    add_route(router, portal, http::Method::get, "/",
              [](const http::Request&, const Visitor&) { return http::Response::redirect("/login/summary"); });
    add_route(router, portal, http::Method::get, "/static/{path*}",
              [&portal](const http::Request& request, const Visitor&) { return portal.static_files.serve(request); });
    add_login_routes(router, portal);
    add_logout_routes(router, portal);
    add_token_routes(router, portal);
    add_account_routes(router, portal);
    add_device_routes(router, portal);
    add_profile_routes(router, portal);
    add_settings_routes(router, portal);
    add_audit_routes(router, portal);
    add_password_reset_routes(router, portal);
    add_api_routes(router, portal);
    add_board_routes(router, portal);
    return router;
}

http::ServerHooks make_hooks(Portal& portal) {
    http::ServerHooks hooks;
    hooks.authorize = [&portal](const http::RequestHead& request, const http::Route& route) {
        return authorize(portal, request, route);
    };
    hooks.render_error = [&portal](const http::RequestHead& request, const core::Error& error) {
        return render_error(portal, request, error);
    };
    return hooks;
}

}  // namespace silaware::portal
