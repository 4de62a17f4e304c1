#include <spdlog/spdlog.h>

#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/metrics_text.hpp"
#include "portal/routes.hpp"
#include "storage/alert_queries.hpp"

namespace silaware::portal {

namespace {

using namespace std::chrono_literals;

/// Ingest writes its counters once a second while the database is there.
constexpr auto considered_running = 15s;

/// The rest is worth knowing even when the database is away.
void add_database_metrics(MetricsText& text, const Portal& portal) {
    using enum MetricsText::Type;
    constexpr std::string_view name = "silaware_database_reachable";
    constexpr std::string_view help = "1 while the database answers";
    try {
        const core::Instant now = portal.now();
        auto connection = portal.health_database.acquire();
        const auto sums = storage::sum_ingest_counters(*connection, now - considered_running);
        const auto alerts = storage::count_open_alerts(*connection);
        add_ingest_metrics(text, sums, now);
        text.add("silaware_alerts_open", gauge, "Alerts that are not cleared", static_cast<double>(alerts));
        text.add(name, gauge, help, 1);
    } catch (const storage::DatabaseError& error) {
        spdlog::warn("metrics: the database does not answer: {}", error.what());
        text.add(name, gauge, help, 0);
    }
}

}  // namespace

void add_metrics_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/metrics",
              [&portal](const http::Request&, const Visitor&) -> core::Result<http::Response> {
                  MetricsText text;
                  add_database_metrics(text, portal);
                  text.add("silaware_live_viewers", MetricsText::Type::gauge,
                           "Open live streams of this process", static_cast<double>(portal.live->viewers()));
                  add_request_metrics(text, *portal.requests);
                  add_process_metrics(text);
                  return http::Response(200, "text/plain; version=0.0.4; charset=utf-8", text.text());
              });
}

}  // namespace silaware::portal
