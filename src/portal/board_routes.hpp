#pragma once

#include <memory>

#include "http/router.hpp"

namespace silaware::portal {

class ExportDesk;
struct Portal;

// The pages that show what was measured, one function for each file; of access see access_rules.cpp.

void add_summary_routes(http::Router& router, Portal& portal);
void add_power_monitoring_routes(http::Router& router, Portal& portal);
void add_utility_routes(http::Router& router, Portal& portal);
void add_climate_routes(http::Router& router, Portal& portal);
void add_climate_history_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk);
void add_alert_routes(http::Router& router, Portal& portal);
void add_quarantine_routes(http::Router& router, Portal& portal);
void add_report_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk);
void add_energy_report_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk);
void add_live_routes(http::Router& router, Portal& portal);
void add_metrics_routes(http::Router& router, Portal& portal);
void add_health_routes(http::Router& router, Portal& portal);

}  // namespace silaware::portal
