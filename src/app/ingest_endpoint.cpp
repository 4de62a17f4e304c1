#include "app/ingest_endpoint.hpp"

#include <boost/json/object.hpp>

#include "http/response.hpp"
#include "http/router.hpp"
#include "portal/metrics_text.hpp"

namespace silaware::app {

namespace {

double number(std::int64_t value) {
    return static_cast<double>(value);
}

std::string metrics_text(const ingest::Ingest& ingest) {
    using enum portal::MetricsText::Type;
    const storage::IngestCounters counters = ingest.counters();
    const double lag =
        counters.oldest_spooled_ms ? number(counters.updated_ms - *counters.oldest_spooled_ms) / 1000 : 0;
    portal::MetricsText text;
    text.add("silaware_messages_received_total", counter, "Messages taken from the broker",
             number(counters.received));
    text.add("silaware_messages_stored_total", counter, "Messages stored", number(counters.stored));
    text.add("silaware_messages_duplicate_total", counter, "Messages that were there already",
             number(counters.duplicates));
    text.add("silaware_messages_quarantined_total", counter, "Bad messages", number(counters.quarantined));
    text.add("silaware_messages_spooled", gauge, "Messages that wait for the database",
             number(counters.spooled));
    text.add("silaware_spool_bytes", gauge, "Size of the waiting messages, as SPOOL_LIMIT_MB counts it",
             number(counters.spool_bytes));
    text.add("silaware_spool_lag_seconds", gauge, "Age of the oldest waiting message", lag);
    text.add("silaware_mqtt_reconnects_total", counter, "Connections to the broker after the first",
             number(counters.reconnects));
    text.add("silaware_mqtt_connected", gauge, "1 while connected to the broker", counters.connected ? 1 : 0);
    text.add("silaware_ingest_batches_total", counter, "Batches committed since the start",
             number(counters.batches));
    text.add("silaware_ingest_commit_seconds_total", counter, "Time spent in them",
             counters.commit_ms_total / 1000);
    text.add("silaware_database_reachable", gauge, "1 while the database answers",
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
