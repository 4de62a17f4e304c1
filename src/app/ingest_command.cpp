#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/ingest_endpoint.hpp"
#include "app/stop_signal.hpp"
#include "ingest/ingest.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

int complain(const core::Error& error) {
    fmt::print(stderr, "silaware: {}\n", error.message);
    return Exit::failed;
}

mqtt::SubscriberOptions subscriber_options(const Settings& settings, const spool::Spool& spool) {
    // The id of the spool makes the client id stable, and different for each process on a machine.
    const std::string client_id = settings.is_set("MQTT_CLIENT_ID") ? settings["MQTT_CLIENT_ID"]
                                                                    : "silaware-" + spool.id().substr(0, 16);
    mqtt::SubscriberOptions options;
    options.broker = broker_endpoint(settings, client_id);
    options.topics = {settings["MQTT_UTILS_TOPIC"], settings["MQTT_POWER_TOPIC"],
                      settings["MQTT_CLIMATE_TOPIC"]};
    options.shared_group = settings["MQTT_SHARED_GROUP"];
    return options;
}

/// A database that is not there yet is no reason to leave messages with the broker; one of another version
/// is.
core::Result<void> refuse_other_schema(storage::Database& database) {
    try {
        return storage::require_current_schema(*database.acquire());
    } catch (const storage::DatabaseUnavailable& error) {
        spdlog::error("database: {}; messages wait in the spool", error.what());
        return {};
    }
}

}  // namespace

int run_ingest(const Settings& settings) {
    StopSignal stop;
    auto spool = spool::Spool::open(home_folder(settings) / "spool",
                                    {.bytes = settings.integer("SPOOL_LIMIT_MB") * 1024 * 1024});
    if (!spool) return complain(spool.error());
    storage::Database database(database_options(settings));
    if (const auto usable = refuse_other_schema(database); !usable) return complain(usable.error());

    ingest::Ingest ingest(*spool, database, ingest_options(settings), subscriber_options(settings, *spool));
    IngestEndpoint endpoint(ingest, static_cast<std::uint16_t>(settings.integer("METRICS_PORT")));
    if (const auto started = endpoint.start(); !started) return complain(started.error());
    spdlog::info("ingest: started");
    ingest.run(stop.token());
    spdlog::info("ingest: stopped, {} messages wait in the spool", spool->status().messages);
    return Exit::ok;
}

}  // namespace silaware::app
