#include "app/ingest_endpoint.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "http/response.hpp"
#include "http/router.hpp"

namespace silaware::app {

namespace {

std::string metric(std::string_view name, std::string_view type, std::string_view help, double value) {
    return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type, help, value);
}

std::string metrics_text(const ingest::Ingest& ingest) {
    const storage::IngestCounters counters = ingest.counters();
    const auto number = [](std::int64_t value) { return static_cast<double>(value); };
    const double lag =
        counters.oldest_spooled_ms ? number(counters.updated_ms - *counters.oldest_spooled_ms) / 1000 : 0;
    return metric("silaware_messages_received_total", "counter", "Messages taken from the broker",
                  number(counters.received)) +
           metric("silaware_messages_stored_total", "counter", "Messages stored", number(counters.stored)) +
           metric("silaware_messages_duplicate_total", "counter", "Messages that were there already",
                  number(counters.duplicates)) +
           metric("silaware_messages_quarantined_total", "counter", "Bad messages",
                  number(counters.quarantined)) +
           metric("silaware_messages_spooled", "gauge", "Messages that wait for the database",
                  number(counters.spooled)) +
           metric("silaware_spool_bytes", "gauge", "Disk space of the waiting messages",
                  number(counters.spool_bytes)) +
           metric("silaware_spool_lag_seconds", "gauge", "Age of the oldest waiting message", lag) +
           metric("silaware_mqtt_reconnects_total", "counter", "Connections to the broker after the first",
                  number(counters.reconnects)) +
           metric("silaware_mqtt_connected", "gauge", "1 while connected to the broker",
                  counters.connected ? 1 : 0) +
           metric("silaware_ingest_batches_total", "counter", "Batches committed since the start",
                  number(counters.batches)) +
           metric("silaware_ingest_commit_seconds_total", "counter", "Time spent in them",
                  counters.commit_ms_total / 1000) +
           metric("silaware_database_reachable", "gauge", "1 while the database answers",
                  ingest.database_reachable() ? 1 : 0);
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
