#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/mailing.hpp"
#include "core/clock.hpp"
#include "mail/smtp_client.hpp"
#include "mqtt/subscriber.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/migrations.hpp"
#include "storage/whole_database.hpp"

namespace silaware::app {

namespace {

constexpr std::uint64_t least_free_bytes = 500ull * 1024 * 1024;
constexpr std::chrono::seconds connect_patience{5};

struct Finding {
    bool good;
    std::string text;
};

Finding check_database(const Settings& settings) {
    try {
        storage::DatabaseOptions options = database_options(settings);
        options.connect_timeout = connect_patience;
        storage::Database database(options);
        const auto connection = database.acquire();
        const std::string version = storage::server_version(*connection);
        const auto schema = storage::require_current_schema(*connection);
        if (!schema) return {false, schema.error().message};
        storage::try_to_write(*connection);
        return {true, fmt::format("MariaDB {}, schema {}", version, storage::newest_schema_version())};
    } catch (const storage::DatabaseError& error) {
        return {false, describe(error)};
    }
}

/// The purge waits while this machine's clock and the database's are apart.
Finding check_clock(const Settings& settings) {
    const core::SiteZone zone = site_zone(settings);
    const std::string local =
        fmt::format("{} {}", core::format_local(zone.to_local(core::clock_now())), zone.name());
    if (core::clock_now() < core::Instant{date::sys_days{date::year{2024} / 1 / 1}}) {
        return {false, fmt::format("this machine's clock says {}: set it (NTP)", local)};
    }
    try {
        storage::Database database(database_options(settings));
        const std::chrono::duration<double> apart =
            storage::database_clock(*database.acquire()) - core::clock_now();
        const double seconds = apart.count();
        if (std::abs(seconds) > 5) {
            return {false,
                    fmt::format("{}; the database's clock is {:.0f} s off: set both by NTP", local, seconds)};
        }
    } catch (const storage::DatabaseError&) {
        // The line about the database says it.
    }
    return {true, local};
}

/// Subscribes as ingest does, but for a moment and as another client. A shared group would give it messages
/// of ingest's, so it asks for the plain topics.
Finding check_broker(const Settings& settings) {
    mqtt::SubscriberOptions options;
    options.broker = broker_endpoint(settings, fmt::format("silaware-check-{:x}", getpid()));
    options.topics = subscribed_topics(settings);
    options.session = mqtt::Session::forgotten;
    mqtt::Subscriber probe(options,
                           {.connected = [](bool) { return true; }, .store = [](auto) { return true; }});
    std::jthread receiving([&](const std::stop_token& stop) { probe.run(stop); });
    const auto end = std::chrono::steady_clock::now() + connect_patience;
    while (!probe.state().connected && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const mqtt::SubscriberState state = probe.state();
    const std::string trouble = state.trouble();
    const std::string address = fmt::format("{}:{}", options.broker.host, options.broker.port);
    if (trouble.empty()) return {true, address};
    return {false, state.connected || !state.last_error.empty() ? trouble : address + " does not answer"};
}

Finding check_mail(const Settings& settings) {
    if (!settings.is_set("MAIL_SERVER")) return {true, "no mail server is set; mails wait in the outbox"};
    const std::string address = fmt::format("{}:{}", settings["MAIL_SERVER"], settings["MAIL_PORT"]);
    mail::SmtpOptions options = smtp_options(settings);
    options.connect_timeout = options.reply_timeout = connect_patience;
    options.total_timeout = 3 * connect_patience;
    const auto greeted = mail::SmtpClient(options).greet();
    if (!greeted) return {false, fmt::format("{}: {}", address, greeted.error().message)};
    return {true, options.username.empty() ? address
                                           : fmt::format("{}, signed in as {}", address, options.username)};
}

Finding check_disk(const Settings& settings) {
    std::filesystem::path home;
    try {
        home = home_folder(settings);
    } catch (const std::runtime_error& error) {
        return {false, error.what()};
    }
    struct statvfs disk{};
    if (statvfs(home.c_str(), &disk) != 0) return {false, home.string() + " can't be read"};
    if (access(home.c_str(), W_OK | X_OK) != 0)
        return {false, fmt::format("{} can't be written: {}", home.string(), std::strerror(errno))};
    const std::uint64_t free = disk.f_bavail * disk.f_frsize;
    const std::string text =
        fmt::format("{:.1f} GB free in {}", static_cast<double>(free) / 1e9, home.string());
    return {free >= least_free_bytes, text};
}

}  // namespace

int run_check(const Settings& settings) {
    const std::vector<std::pair<const char*, Finding>> findings = {
        {"database", check_database(settings)}, {"broker", check_broker(settings)},
        {"mail", check_mail(settings)},         {"clock", check_clock(settings)},
        {"disk", check_disk(settings)},
    };
    bool all_good = true;
    for (const auto& [name, finding] : findings) {
        fmt::print("{:<10} {:<7} {}\n", name, finding.good ? "ok" : "FAILED", finding.text);
        all_good = all_good && finding.good;
    }
    return all_good ? Exit::ok : Exit::failed;
}

}  // namespace silaware::app
