#include "app/private_servers.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>

#include "app/tcp_probe.hpp"
#include "storage/database.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds leftover_server_patience{60};
constexpr std::size_t longest_socket_path = 100;  // of 108 that the kernel allows

bool is_root() {
    return geteuid() == 0;
}

core::Result<fs::path> require_program(const std::string& name, const std::string& package) {
    if (const auto found = find_program(name)) return *found;
    return core::fail(core::ErrorCode::unavailable,
                      fmt::format("{} is not installed: install the package {}, or name a server of your own",
                                  name, package));
}

/// Unix socket paths are short; a deep home gets its socket in a private folder below /tmp.
fs::path socket_in(const fs::path& folder) {
    fs::path socket = folder / "mariadb.sock";
    if (socket.string().size() < longest_socket_path) return socket;
    const auto hash = std::hash<std::string>{}(folder.string());
    const fs::path short_folder = fmt::format("/tmp/silaware-{}-{:x}", geteuid(), hash);
    fs::create_directories(short_folder);
    fs::permissions(short_folder, fs::perms::owner_all);
    return short_folder / "mariadb.sock";
}

}  // namespace

void adopt_private_database(Settings& settings) {
    for (const Setting& setting : settings.all()) {
        constexpr std::array of_database = {"DB_HOST", "DB_SOCKET", "DB_USER", "DB_PASSWORD"};
        const bool matters = std::ranges::find(of_database, setting.variable) != of_database.end();
        if (matters && setting.source != "default") return;
    }
    const PrivateMariaDb database(fs::absolute(settings["SILAWARE_HOME"]).lexically_normal());
    if (database.exists()) settings.set("DB_SOCKET", database.socket(), "private MariaDB");
}

PrivateMariaDb::PrivateMariaDb(const fs::path& home)
    : folder_(home / "mariadb"),
      data_(folder_ / "data"),
      tmp_(folder_ / "tmp"),
      socket_(socket_in(folder_)) {}

core::Result<void> PrivateMariaDb::prepare() {
    const auto server = require_program("mariadbd", "mariadb-server");
    if (!server) return core::fail(server.error());
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
    end_leftover(folder_ / "mariadb.pid", data_.string(), leftover_server_patience);
    // Its own: a server that starts deletes what others have in a folder for temporary tables.
    fs::create_directories(tmp_);
    if (exists()) return {};

    const auto installer = require_program("mariadb-install-db", "mariadb-server");
    if (!installer) return core::fail(installer.error());
    // Into a folder beside, so that an interrupted installation is no half database at the next start.
    const fs::path fresh = folder_ / "data.new";
    fs::remove_all(fresh);
    // Named from within, since the installer stumbles over a blank in a path.
    std::vector<std::string> arguments = {installer->string(), "--no-defaults",
                                          "--datadir=./" + fresh.filename().string(), "--skip-test-db",
                                          "--auth-root-authentication-method=normal"};
    if (is_root()) arguments.emplace_back("--user=root");
    ChildProcess installation({"mariadb-install-db", arguments, {{"TMPDIR", tmp_.string()}}, log(), folder_});
    installation.wait_or_kill(std::chrono::minutes(3));
    if (installation.exit_status() != 0) {
        return core::fail(
            core::ErrorCode::unavailable,
            fmt::format("mariadb-install-db ended with {}; see {}", installation.ending(), log().string()));
    }
    fs::rename(fresh, data_);
    return {};
}

bool PrivateMariaDb::exists() const {
    std::error_code unreadable;
    return fs::exists(data_ / "mysql", unreadable);
}

ChildCommand PrivateMariaDb::command() const {
    std::vector<std::string> arguments = {
        find_program("mariadbd")->string(),
        "--no-defaults",
        "--datadir=" + data_.string(),
        "--tmpdir=" + tmp_.string(),
        "--socket=" + socket_.string(),
        "--pid-file=" + (folder_ / "mariadb.pid").string(),
        "--skip-networking",
        "--skip-log-bin",
        "--character-set-server=utf8mb4",
        // Durable: every commit is on disk, torn pages are repaired.
        "--innodb-flush-log-at-trx-commit=1",
        "--innodb-doublewrite=1",
        // Sized for a machine of 1 GB.
        "--innodb-buffer-pool-size=256M",
        "--innodb-log-file-size=256M",
        "--innodb-flush-method=O_DIRECT",
        // Ids compare by the rules of Unicode, which is slow: with it most inserts need no comparison.
        "--innodb-adaptive-hash-index=ON",
        "--max-allowed-packet=64M",
        "--max-connections=100",
        "--performance-schema=OFF",
        "--table-open-cache=200",
    };
    if (is_root()) arguments.emplace_back("--user=root");
    return {"mariadb", std::move(arguments), {}, log()};
}

bool PrivateMariaDb::is_ready() const {
    storage::DatabaseOptions options;
    options.socket = socket_.string();
    options.name.clear();
    options.connect_timeout = std::chrono::seconds(2);
    try {
        return storage::Connection(options, "").ping();
    } catch (const storage::DatabaseError&) {
        return false;
    }
}

PrivateMosquitto::PrivateMosquitto(const fs::path& home, std::string address, unsigned port)
    : folder_(home / "mosquitto"), address_(std::move(address)), port_(port) {}

core::Result<void> PrivateMosquitto::prepare() {
    const auto server = require_program("mosquitto", "mosquitto");
    if (!server) return core::fail(server.error());
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
    end_leftover(folder_ / "mosquitto.pid", folder_.string(), leftover_server_patience);
    if (const auto obstacle = obstacle_to_listening(address_, port_)) {
        return core::fail(
            core::ErrorCode::unavailable,
            fmt::format(
                "a broker can't listen on {}:{}: {}. If another mosquitto does: stop it, use --mqtt-port for "
                "a free port, or MQTT_HOST=localhost to use that broker",
                address_, port_, *obstacle));
    }
    std::ofstream config(folder_ / "mosquitto.conf");
    config << fmt::format(
        "listener {} {}\n"
        "allow_anonymous true\n"
        "persistence true\n"
        "persistence_location {}/\n"
        "autosave_interval 2\n"
        "max_queued_messages 0\n"
        "max_queued_bytes 0\n"
        "max_inflight_messages 0\n"
        "message_size_limit 1048576\n"
        "pid_file {}/mosquitto.pid\n"
        "log_type error\n"
        "log_type warning\n"
        "log_type notice\n"
        "connection_messages false\n",
        port_, address_, folder_.string(), folder_.string());
    // Without a user it would give up root's rights and lose access to its own folder.
    if (is_root()) config << "user root\n";
    return {};
}

ChildCommand PrivateMosquitto::command() const {
    return {"mosquitto",
            {find_program("mosquitto")->string(), "-c", (folder_ / "mosquitto.conf").string()},
            {},
            log()};
}

bool PrivateMosquitto::is_ready() const {
    const std::string host = address_ == "0.0.0.0" || address_ == "::" ? "127.0.0.1" : address_;
    return can_connect(host, std::to_string(port_), std::chrono::seconds(1));
}

}  // namespace silaware::app
