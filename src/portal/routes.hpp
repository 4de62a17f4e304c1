#pragma once

#include <functional>

#include "http/server.hpp"
#include "portal/access.hpp"

namespace silaware::portal {

struct Portal;

/// A handler that knows who asks. The rule of the route has been enforced, the CSRF token checked.
using Handler = std::function<core::Result<http::Response>(const http::Request&, const Visitor&)>;

/// Adds a route that is in the table of access.cpp; throws std::logic_error for one that is not.
void add_route(http::Router& router, const Portal& portal, http::Method method, std::string pattern,
               Handler handler);

/// Every route of the portal. `portal` must outlive the router.
http::Router make_router(Portal& portal);

/// Access rule and error pages, for http::Server. `portal` must outlive the server.
http::ServerHooks make_hooks(Portal& portal);

void add_login_routes(http::Router& router, Portal& portal);
void add_logout_routes(http::Router& router, Portal& portal);
void add_token_routes(http::Router& router, Portal& portal);
void add_account_routes(http::Router& router, Portal& portal);
void add_device_routes(http::Router& router, Portal& portal);
void add_profile_routes(http::Router& router, Portal& portal);
void add_settings_routes(http::Router& router, Portal& portal);
void add_alert_settings_routes(http::Router& router, Portal& portal);
void add_outbox_routes(http::Router& router, Portal& portal);
void add_audit_routes(http::Router& router, Portal& portal);
void add_password_reset_routes(http::Router& router, Portal& portal);
void add_api_routes(http::Router& router, Portal& portal);

/// The dashboards, reports, alerts, live data and health: board_routes.cpp calls one function per page.
void add_board_routes(http::Router& router, Portal& portal);

}  // namespace silaware::portal
