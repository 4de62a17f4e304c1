#include <sys/eventfd.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "app/commands.hpp"
#include "app/database_guard.hpp"
#include "app/environment.hpp"
#include "app/mailing.hpp"
#include "app/stop_signal.hpp"
#include "app/systemd.hpp"
#include "core/clock.hpp"
#include "http/passenger.hpp"
#include "http/server.hpp"
#include "portal/live.hpp"
#include "portal/monthly_mail.hpp"
#include "portal/routes.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

constexpr unsigned portal_connections = 12;
constexpr unsigned report_connections = 6;  // five downloads and the monthly mail
constexpr std::chrono::seconds longest_page_query{10};

/// As hosts say it that start what they serve: a port for all, in the environment.
core::Result<std::uint16_t> port_of(const ServeOptions& serve) {
    constexpr std::uint16_t usual = 8080;
    if (serve.port) return static_cast<std::uint16_t>(*serve.port);
    const char* said = std::getenv("PORT");
    if (said == nullptr || *said == '\0') return usual;
    const std::string_view text = said;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc() && end == text.data() + text.size()) return port;
    return core::fail(
        core::ErrorCode::invalid,
        fmt::format("PORT={} (environment) is not allowed: it must be a port, 0 to 65535", text));
}

core::Result<http::ServerOptions> server_options(const Settings& settings, const ServeOptions& serve) {
    http::ServerOptions options;
    if (serve.socket.empty() && !serve.passenger) {
        const auto port = port_of(serve);
        if (!port) return core::fail(port.error());
        options.host = serve.host;
        options.port = *port;
    } else {
        options.host.reset();
        options.socket = serve.socket;
    }
    if (settings.is_set("TRUSTED_PROXIES")) {
        auto proxies = http::TrustedProxies::parse(settings["TRUSTED_PROXIES"]);
        if (!proxies) return core::fail(proxies.error());
        options.trusted_proxies = *proxies;
    }
    return options;
}

/// People don't wait for longer, and whoever does holds a worker.
storage::DatabaseOptions for_pages(storage::DatabaseOptions options) {
    options.connections = portal_connections;
    options.connect_timeout = std::chrono::seconds(3);
    options.io_timeout = longest_page_query;
    options.after_outage = storage::AfterOutage::refuse;
    options.retry_every = std::chrono::milliseconds(200);
    return options;
}

/// A download that is given up takes its connection with it: that is no outage.
storage::DatabaseOptions for_reports(storage::DatabaseOptions options) {
    options.connections = report_connections;
    options.connect_timeout = std::chrono::seconds(3);
    return options;
}

/// Whoever asks for the health gives up after some seconds, so a database that hangs must show within them.
storage::DatabaseOptions for_health(storage::DatabaseOptions options) {
    options.connections = 2;
    options.connect_timeout = std::chrono::seconds(2);
    options.io_timeout = std::chrono::seconds(2);
    options.after_outage = storage::AfterOutage::refuse;
    return options;
}

/// Serves until the stop; `ready` is called when requests are answered.
int serve_until(const Settings& settings, const http::ServerOptions& server_options, const StopSignal& signal,
                const std::function<core::Result<void>()>& ready) {
    const std::stop_token stop = signal.token();
    const ServiceNotice notice;
    const auto resources = resource_folder();
    if (!resources) return complain(resources.error());
    const auto renderer = view::Renderer::open(*resources / "templates", *resources / "static");
    if (!renderer) return complain(renderer.error());
    const auto static_files = http::StaticFiles::load(*resources / "static");
    if (!static_files) return complain(static_files.error());

    const storage::DatabaseOptions database_settings = database_options(settings);
    storage::Database database(for_pages(database_settings));
    storage::Database report_database(for_reports(database_settings));
    storage::Database health_database(for_health(database_settings));
    notice.status("waiting for the database");
    if (const auto usable = wait_for_database(database, stop); !usable) return complain(usable.error());
    if (stop.stop_requested()) return Exit::ok;
    const DatabaseGuard guard(database, stop);
    const DatabaseGuard report_guard(report_database, stop);

    portal::Portal portal{.settings = portal_settings(settings),
                          .zone = site_zone(settings),
                          .database = database,
                          .report_database = report_database,
                          .health_database = health_database,
                          .renderer = *renderer,
                          .static_files = *static_files,
                          .live = std::make_shared<http::EventHub>(),
                          .now = core::clock_now,
                          .send_test_mail = test_mail_sender(settings, database, stop),
                          .queue_mail = mail_queue()};
    const portal::LiveFeed live(database, portal.zone, portal.live, core::clock_now);
    http::Server server(server_options, portal::make_router(portal), portal::make_hooks(portal));
    if (const auto started = server.start(); !started) return complain(started.error());
    if (server_options.host) {
        const std::string& host = *server_options.host;
        const bool is_ipv6 = host.find(':') != host.npos;
        spdlog::info("portal: http://{}:{}", is_ipv6 ? "[" + host + "]" : host, server.port());
    } else {
        spdlog::info("portal: {}", server_options.socket->string());
    }
    if (const auto told = ready(); !told) return complain(told.error());
    notice.ready();
    notice.status("serving");
    portal::MonthlyMail monthly(report_database, *renderer, monthly_mail_options(settings));
    const std::jthread telling([&](std::stop_token own) { monthly.run(own); });
    signal.wait();
    server.stop();
    spdlog::info("portal: stopped");
    return Exit::ok;
}

/// Makes the end of standard input a stop, also while the database is waited for: whoever started us is gone.
class EndOfInput {
  public:
    explicit EndOfInput(StopSignal& stop)
        : closing_(eventfd(0, EFD_CLOEXEC)), thread_([this, &stop] {
              http::wait_for_passenger_end(closing_);
              stop.request_stop();
          }) {}
    ~EndOfInput() {
        eventfd_write(closing_, 1);
        thread_.join();
        close(closing_);
    }
    EndOfInput(const EndOfInput&) = delete;
    EndOfInput& operator=(const EndOfInput&) = delete;

  private:
    int closing_;
    std::thread thread_;
};

int serve_under_passenger(const Settings& settings, const ServeOptions& serve, StopSignal& stop) {
    const char* folder = std::getenv("PASSENGER_SPAWN_WORK_DIR");
    if (folder == nullptr)
        return complain({core::ErrorCode::invalid, "PASSENGER_SPAWN_WORK_DIR is not set", {}});
    const auto spawn = http::PassengerSpawn::read(folder);
    if (!spawn) return complain(spawn.error());
    auto options = server_options(settings, serve);
    if (!options) return complain(options.error());
    options->host.reset();
    options->socket = spawn->socket();
    options->socket_mode = 0666;
    const EndOfInput end(stop);
    const int exit = serve_until(settings, *options, stop, [&] { return spawn->report_ready(); });
    if (exit != Exit::ok) spawn->report_failure("silaware could not start; its log says why");
    return exit;
}

}  // namespace

int run_serve(const Settings& settings, const ServeOptions& serve) {
    http::raise_descriptor_limit();
    StopSignal stop;
    if (serve.passenger) return serve_under_passenger(settings, serve, stop);
    const auto options = server_options(settings, serve);
    if (!options) return complain(options.error()), Exit::usage;
    std::optional<EndOfInput> end;
    if (serve.until_stdin_ends) end.emplace(stop);
    return serve_until(settings, *options, stop, [] { return core::Result<void>{}; });
}

}  // namespace silaware::app
