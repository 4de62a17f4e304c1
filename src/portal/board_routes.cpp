#include "portal/board_routes.hpp"

#include "portal/portal.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

void add_board_routes(http::Router& router, Portal& portal) {
    add_summary_routes(router, portal);
    add_power_monitoring_routes(router, portal);
    add_utility_routes(router, portal);
    add_climate_routes(router, portal);
    add_alert_routes(router, portal);
    add_quarantine_routes(router, portal);
    add_live_routes(router, portal);
    add_health_routes(router, portal);
}

}  // namespace silaware::portal
