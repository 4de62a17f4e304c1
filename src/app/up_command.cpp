#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "app/accounts.hpp"
#include "app/commands.hpp"
#include "app/demo.hpp"
#include "app/environment.hpp"
#include "app/private_servers.hpp"
#include "app/stop_signal.hpp"
#include "app/supervisor.hpp"
#include "app/tcp_probe.hpp"
#include "app/upgrade.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds server_patience{90};
constexpr std::chrono::seconds obstacle_patience{5};

/// What an `up` that was killed has left behind is on its way out; others stay.
std::optional<std::string> lasting_obstacle(const std::string& address, unsigned port,
                                            const std::stop_token& stop) {
    const auto end = std::chrono::steady_clock::now() + obstacle_patience;
    auto obstacle = port == 0 ? std::nullopt : obstacle_to_listening(address, port);
    while (obstacle && !stop.stop_requested() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        obstacle = obstacle_to_listening(address, port);
    }
    return obstacle;
}

/// Only one `up` at a time on a home folder. The lock goes with the process, however it ends.
class HomeLock {
  public:
    explicit HomeLock(const fs::path& home) : file_(home / "up.lock") {
        descriptor_ = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        error_ = errno;
        held_ = descriptor_ >= 0 && flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    }
    ~HomeLock() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    HomeLock(const HomeLock&) = delete;
    HomeLock& operator=(const HomeLock&) = delete;

    core::Result<void> require() const {
        if (held_) return {};
        if (descriptor_ < 0) {
            return core::fail(core::ErrorCode::unavailable,
                              fmt::format("can't write {}: {}", file_.string(), std::strerror(error_)));
        }
        return core::fail(core::ErrorCode::conflict,
                          fmt::format("another \"silaware up\" is running on {}: stop it, or choose another "
                                      "SILAWARE_HOME",
                                      file_.parent_path().string()));
    }

  private:
    fs::path file_;
    int descriptor_ = -1;
    int error_ = 0;
    bool held_ = false;
};

class System {
  public:
    System(Settings& settings, const UpOptions& options)
        : settings_(settings), options_(options), home_(home_folder(settings)) {}

    core::Result<void> start(std::stop_token stop) {
        stop_ = stop;
        settings_.set("SILAWARE_HOME", home_.string(), "absolute path");
        settings_.set("SECRET_KEY", secret_key(settings_), "kept in SILAWARE_HOME");
        for (const auto step : {&System::check_ports, &System::start_database, &System::prepare_database,
                                &System::start_broker}) {
            if (auto done = (this->*step)(); !done) return done;
            if (stop.stop_requested()) return {};
        }
        if (options_.demo) {
            if (auto written = write_demo_history(settings_, stop); !written || stop.stop_requested())
                return written;
        }
        return start_ours();
    }

    void watch(std::stop_token stop) { supervisor_.watch(stop); }

  private:
    core::Result<void> check_ports() {
        if (const auto obstacle = lasting_obstacle(options_.host, options_.port, stop_)) {
            return core::fail(
                core::ErrorCode::unavailable,
                fmt::format("the portal can't listen on {}:{}: {}; --host and --port choose another place",
                            options_.host, options_.port, *obstacle));
        }
        const auto metrics = static_cast<unsigned>(settings_.integer("METRICS_PORT"));
        if (const auto obstacle = lasting_obstacle("127.0.0.1", metrics, stop_)) {
            return core::fail(core::ErrorCode::unavailable,
                              fmt::format("METRICS_PORT={}: {}; choose another port", metrics, *obstacle));
        }
        return {};
    }

    core::Result<void> start_database() {
        if (settings_.is_set("DB_HOST") || settings_.is_set("DB_SOCKET")) return {};
        PrivateMariaDb database(home_);
        spdlog::info("database: starting a private MariaDB in {}", home_.string());
        if (auto prepared = database.prepare(); !prepared) return prepared;
        settings_.set("DB_SOCKET", database.socket(), "private MariaDB");
        settings_.set("DB_USER", "root", "private MariaDB");
        settings_.set("DB_PASSWORD", "", "private MariaDB");
        return supervisor_.start(database.command(), [&] { return database.is_ready(); }, server_patience);
    }

    core::Result<void> prepare_database() {
        if (migrate_database(settings_, stop_) != Exit::ok) {
            return core::fail(core::ErrorCode::unavailable, "the database could not be migrated");
        }
        storage::Database database(database_options(settings_));
        return create_first_admin(database, settings_);
    }

    core::Result<void> start_broker() {
        if (settings_.is_set("MQTT_HOST")) return {};
        const auto port = static_cast<unsigned>(settings_.integer("MQTT_PORT"));
        PrivateMosquitto broker(home_, options_.mqtt_listen, port);
        if (auto prepared = broker.prepare(); !prepared) return prepared;
        settings_.set("MQTT_HOST", "127.0.0.1", "private mosquitto");
        spdlog::info("broker: private mosquitto on {}:{}", options_.mqtt_listen, port);
        return supervisor_.start(broker.command(), [&] { return broker.is_ready(); }, server_patience);
    }

    ChildCommand own(const std::string& name, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), own_binary().string());
        return {name, std::move(arguments), environment_of(settings_), {}};
    }

    core::Result<void> start_ours() {
        supervisor_.begin_stage();
        const auto at_once = [] { return true; };
        const std::vector<std::string> serve = {"serve", "--host", options_.host, "--port",
                                                std::to_string(options_.port)};
        if (auto ok = supervisor_.start(own("serve", serve), at_once, server_patience); !ok) return ok;
        if (auto ok = supervisor_.start(own("ingest", {"ingest"}), at_once, server_patience); !ok) return ok;
        if (!options_.demo) return {};
        return supervisor_.start(own("simulate", {"simulate", "--demo", "--seconds", "0"}), at_once,
                                 server_patience);
    }

    Settings& settings_;
    const UpOptions& options_;
    fs::path home_;
    std::stop_token stop_;
    Supervisor supervisor_;
};

}  // namespace

int run_up(Settings& settings, const UpOptions& options) {
    if (const auto allowed = check_admin_password(); !allowed) {
        complain(allowed.error());
        return Exit::usage;
    }
    StopSignal stop;
    const HomeLock lock(home_folder(settings));
    if (const auto alone = lock.require(); !alone) return complain(alone.error());
    System system(settings, options);
    if (const auto started = system.start(stop.token()); !started) return complain(started.error());
    system.watch(stop.token());
    spdlog::info("stopping");
    return Exit::ok;
}

}  // namespace silaware::app
