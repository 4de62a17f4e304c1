#include <malloc.h>

#include <thread>

#include <spdlog/spdlog.h>

#include "alerts/alert_ingest.hpp"
#include "alerts/alert_jobs.hpp"
#include "alerts/mail_sender.hpp"
#include "app/commands.hpp"
#include "app/database_guard.hpp"
#include "app/environment.hpp"
#include "app/former_subscriptions.hpp"
#include "app/ingest_endpoint.hpp"
#include "app/mailing.hpp"
#include "app/stop_signal.hpp"
#include "app/systemd.hpp"
#include "ingest/ingest.hpp"
#include "portal/monthly_mail.hpp"
#include "storage/migrations.hpp"
#include "view/renderer.hpp"

namespace silaware::app {

namespace {

std::filesystem::path spool_folder(const Settings& settings) {
    return home_folder(settings) / "spool";
}

std::int64_t spool_limit(const Settings& settings) {
    return settings.integer("SPOOL_LIMIT_MB") * 1024 * 1024;
}

mqtt::SubscriberOptions subscriber_options(const Settings& settings, const spool::Spool& spool) {
    // The id of the spool makes the client id stable, and different for each process on a machine.
    const std::string client_id = settings.is_set("MQTT_CLIENT_ID") ? settings["MQTT_CLIENT_ID"]
                                                                    : "silaware-" + spool.id().substr(0, 16);
    mqtt::SubscriberOptions options;
    options.broker = broker_endpoint(settings, client_id);
    options.topics = subscribed_topics(settings);
    options.shared_group = settings["MQTT_SHARED_GROUP"];
    return options;
}

/// What came, or comes once more, by topics of earlier runs is stored as what it was sent as.
void remember_subscriptions(const Settings& settings, mqtt::SubscriberOptions& subscriber,
                            ingest::Topics& topics) {
    using enum ingest::Telemetry;
    const auto filters = mqtt::subscribed_filters(subscriber);
    const auto former = former_subscriptions(
        spool_folder(settings), {{filters[0], utils}, {filters[1], power}, {filters[2], climate}});
    if (!former) {
        // A full disk is no reason to leave messages with the broker.
        spdlog::warn("spool: {}", former.error().message);
        return;
    }
    for (const Subscription& subscription : *former) {
        subscriber.former_filters.push_back(subscription.filter);
        if (!subscription.telemetry) continue;
        topics.former.emplace_back(mqtt::topic_filter(subscription.filter), *subscription.telemetry);
    }
}

alerts::Options alert_options(const Settings& settings, const view::Renderer& renderer) {
    alerts::Options options{.zone = site_zone(settings), .texts = alerts::texts_of(renderer)};
    options.public_url = portal_settings(settings).public_url;
    options.home = home_folder(settings);
    options.spool_limit_bytes = spool_limit(settings);
    options.outbox_months = static_cast<int>(settings.integer("RETENTION_MONTHS"));
    return options;
}

alerts::MailSenderOptions sender_options(const Settings& settings) {
    alerts::MailSenderOptions options;
    if (settings.is_set("MAIL_SERVER")) options.smtp = smtp_options(settings);
    return options;
}

/// What is stored is judged in the same transaction.
ingest::Observers observers(alerts::AlertIngest& alerts) {
    return {.runs = [&alerts](auto& connection, auto growth,
                              auto now) { alerts.on_runs(connection, growth, now); },
            .climate = [&alerts](auto& connection, auto facts,
                                 auto now) { alerts.on_climate(connection, facts, now); },
            .power = [&alerts](auto& connection, auto facts,
                               auto now) { alerts.on_power(connection, facts, now); }};
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
    // The threads hand their batches on; a heap for each of them would keep what the others need next.
    mallopt(M_ARENA_MAX, 2);
    StopSignal stop;
    const ServiceNotice notice;
    auto spool = spool::Spool::open(spool_folder(settings), {.bytes = spool_limit(settings)});
    if (!spool) return complain(spool.error());
    storage::Database database(database_options(settings));
    if (const auto usable = refuse_other_schema(database); !usable) return complain(usable.error());

    const auto resources = resource_folder();
    if (!resources) return complain(resources.error());
    const auto renderer = view::Renderer::open(*resources / "templates", *resources / "static");
    if (!renderer) return complain(renderer.error());
    alerts::AlertIngest alerts(alert_options(settings, *renderer));
    ingest::Options options = ingest_options(settings);
    options.observers = observers(alerts);
    mqtt::SubscriberOptions subscriber = subscriber_options(settings, *spool);
    remember_subscriptions(settings, subscriber, options.topics);
    ingest::Ingest ingest(*spool, database, options, std::move(subscriber));
    IngestEndpoint endpoint(ingest, static_cast<std::uint16_t>(settings.integer("METRICS_PORT")));
    if (const auto started = endpoint.start(); !started) return complain(started.error());
    alerts::MailSender sender(database, sender_options(settings));
    alerts::AlertJobs jobs(database, alert_options(settings, *renderer));
    const DatabaseGuard guard(database, stop.token());
    const std::jthread sending([&](std::stop_token own) { sender.run(own); });
    const std::jthread checking([&](std::stop_token own) { jobs.run(own); });
    portal::MonthlyMail monthly(database, *renderer, monthly_mail_options(settings));
    const std::jthread telling([&](std::stop_token own) { monthly.run(own); });
    spdlog::info("ingest: started");
    notice.ready();
    ingest.run(stop.token());
    spdlog::info("ingest: stopped, {} messages wait in the spool", spool->status().messages);
    return Exit::ok;
}

}  // namespace silaware::app
