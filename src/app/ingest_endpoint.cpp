#include "app/ingest_endpoint.hpp"

#include <boost/json/object.hpp>

#include "http/response.hpp"
#include "http/router.hpp"
#include "portal/metrics_text.hpp"

namespace silaware::app {

namespace {

std::string metrics_text(const ingest::Ingest& ingest) {
    portal::MetricsText text;
    portal::add_ingest_metrics(text, ingest.counters());
    text.add("silaware_database_reachable", portal::MetricsText::Type::gauge, "1 while the database answers",
             ingest.database_reachable() ? 1 : 0);
    portal::add_process_metrics(text);
    return text.text();
}

http::Router routes(const ingest::Ingest& ingest) {
    http::Router router;
    router.add(http::Method::get, "/metrics", {},
               [&ingest](const http::Request&) -> core::Result<http::Response> {
                   return http::Response::text(metrics_text(ingest));
               });
    router.add(http::Method::get, "/health", {},
               [&ingest](const http::Request&) -> core::Result<http::Response> {
                   const mqtt::SubscriberState broker = ingest.connection();
                   const bool well = ingest.database_reachable() && broker.well();
                   const std::string trouble = broker.trouble();
                   http::Response response = http::Response::json(
                       boost::json::object{{"status", well ? "ok" : "degraded"},
                                           {"database", ingest.database_reachable() ? "ok" : "unreachable"},
                                           {"broker", trouble.empty() ? "ok" : trouble}});
                   if (!well) response.status(503);
                   return response;
               });
    return router;
}

}  // namespace

IngestEndpoint::IngestEndpoint(const ingest::Ingest& ingest, std::uint16_t port) {
    if (port == 0) return;
    http::ServerOptions options;
    options.port = port;
    options.workers = 1;
    options.heavy_workers = 1;
    options.max_connections = 64;
    server_.emplace(options, routes(ingest));
}

core::Result<void> IngestEndpoint::start() {
    return server_ ? server_->start() : core::Result<void>{};
}

}  // namespace silaware::app
