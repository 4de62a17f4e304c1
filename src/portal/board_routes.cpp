#include "portal/board_routes.hpp"

#include "portal/export_desk.hpp"
#include "portal/portal.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

constexpr std::size_t exports_at_once = 5;

}  // namespace

void add_board_routes(http::Router& router, Portal& portal) {
    const auto desk = std::make_shared<ExportDesk>(exports_at_once);
    add_summary_routes(router, portal);
    add_power_monitoring_routes(router, portal);
    add_utility_routes(router, portal);
    add_climate_routes(router, portal);
    add_climate_history_routes(router, portal, desk);
    add_alert_routes(router, portal);
    add_quarantine_routes(router, portal);
    add_report_routes(router, portal, desk);
    add_energy_report_routes(router, portal, desk);
    add_live_routes(router, portal);
    add_metrics_routes(router, portal);
    add_health_routes(router, portal);
}

}  // namespace silaware::portal
