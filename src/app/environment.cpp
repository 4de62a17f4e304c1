#include "app/environment.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "app/private_file.hpp"
#include "auth/password.hpp"
#include "auth/token.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');) {
        if (const auto trimmed = core::trim(part); !trimmed.empty()) parts.emplace_back(trimmed);
    }
    return parts;
}

std::string host_name() {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

std::string read_text(const fs::path& file) {
    std::ifstream stream(file);
    std::string text;
    std::getline(stream, text);
    return text;
}

/// Nothing if there is no such file. An empty key would be one that everybody knows.
std::optional<std::string> read_secret(const fs::path& file) {
    if (!fs::exists(file)) return std::nullopt;
    std::string secret = read_text(file);
    if (!core::trim(secret).empty()) return secret;
    throw std::runtime_error(fmt::format(
        "{} is empty or can't be read: put the key back from a backup, or delete the file for a new "
        "key (everybody has to sign in again)",
        file.string()));
}

/// Several processes may start at once: the one that makes the file decides, the others read it.
std::string kept_secret(const fs::path& file) {
    if (auto kept = read_secret(file)) return *kept;
    const fs::path fresh = draft_private_file(file, auth::random_token());
    if (link(fresh.c_str(), file.c_str()) != 0 && errno != EEXIST) fs::copy_file(fresh, file);
    fs::remove(fresh);
    return read_secret(file).value();
}

}  // namespace

fs::path home_folder(const Settings& settings) {
    const fs::path home = fs::absolute(settings["SILAWARE_HOME"]).lexically_normal();
    std::error_code failed;
    fs::create_directories(home, failed);
    if (failed) {
        throw std::runtime_error(
            fmt::format("SILAWARE_HOME={} can't be used: {}; it must be a folder that this user may write to",
                        home.string(), failed.message()));
    }
    return home.has_filename() ? home : home.parent_path();
}

storage::DatabaseOptions database_options(const Settings& settings) {
    storage::DatabaseOptions options;
    options.hosts = split(settings["DB_HOST"]);
    if (options.hosts.empty()) options.hosts = {"localhost"};
    options.port = static_cast<unsigned>(settings.integer("DB_PORT"));
    options.socket = settings["DB_SOCKET"];
    options.user = settings["DB_USER"];
    options.password = settings["DB_PASSWORD"];
    options.tls_ca = settings["DB_TLS_CA"];
    options.name = settings["DB_NAME"];
    return options;
}

core::SiteZone site_zone(const Settings& settings) {
    return core::SiteZone::find(settings["SITE_TIMEZONE"]).value();
}

std::vector<std::string> subscribed_topics(const Settings& settings) {
    return {settings["MQTT_UTILS_TOPIC"], settings["MQTT_POWER_TOPIC"], settings["MQTT_CLIMATE_TOPIC"]};
}

mqtt::Endpoint broker_endpoint(const Settings& settings, const std::string& client_id) {
    mqtt::Endpoint endpoint;
    endpoint.host = settings.is_set("MQTT_HOST") ? settings["MQTT_HOST"] : "localhost";
    endpoint.port = static_cast<std::uint16_t>(settings.integer("MQTT_PORT"));
    endpoint.username = settings["MQTT_USERNAME"];
    endpoint.password = settings["MQTT_PASSWORD"];
    endpoint.tls_ca = settings["MQTT_TLS_CA"];
    endpoint.client_id = !client_id.empty()                  ? client_id
                         : settings.is_set("MQTT_CLIENT_ID") ? settings["MQTT_CLIENT_ID"]
                                                             : "silaware-" + host_name();
    return endpoint;
}

ingest::Options ingest_options(const Settings& settings) {
    ingest::Options options{.topics = {settings["MQTT_UTILS_TOPIC"], settings["MQTT_POWER_TOPIC"],
                                       settings["MQTT_CLIMATE_TOPIC"]},
                            .zone = site_zone(settings)};
    options.cycle_gap = core::Seconds(settings.integer("CYCLE_GAP_SECONDS"));
    options.co2_factor = settings.real("CO2_FACTOR");
    options.retention_months = static_cast<int>(settings.integer("RETENTION_MONTHS"));
    options.cleanup_interval = std::chrono::hours(settings.integer("CLEANUP_INTERVAL_HOURS"));
    options.allow_unregistered = settings.flag("ALLOW_UNREGISTERED");
    return options;
}

namespace {

/// Devices elsewhere can't reach the broker by a name that means this machine.
view::Broker shown_broker(const Settings& settings) {
    view::Broker broker;
    const std::string& host = settings["MQTT_HOST"];
    const bool is_here = host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
    if (!is_here) broker.host = host;
    broker.options = "-p " + settings["MQTT_PORT"];
    if (settings.is_set("MQTT_USERNAME")) broker.options += " -u USERNAME -P PASSWORD";
    if (settings.is_set("MQTT_TLS_CA")) broker.options += " --cafile CA_FILE";
    broker.power_topic = settings["MQTT_POWER_TOPIC"];
    broker.utils_topic = settings["MQTT_UTILS_TOPIC"];
    broker.climate_topic = settings["MQTT_CLIMATE_TOPIC"];
    return broker;
}

}  // namespace

portal::PortalSettings portal_settings(const Settings& settings) {
    portal::PortalSettings portal;
    portal.version = version();
    portal.public_url = settings["PUBLIC_URL"];
    while (portal.public_url.ends_with('/'))
        portal.public_url.pop_back();
    portal.currency = settings["CURRENCY"];
    portal.energy_rate = settings.real("ENERGY_RATE");
    portal.co2_factor = settings.real("CO2_FACTOR");
    portal.broker = shown_broker(settings);
    portal.mail_is_set = settings.is_set("MAIL_SERVER");
    portal.metrics_token = settings["METRICS_TOKEN"];
    portal.secret_key = secret_key(settings);
    portal.jwt_secret = settings.is_set("JWT_SECRET_KEY") ? settings["JWT_SECRET_KEY"]
                                                          : auth::sha256_hex("jwt " + portal.secret_key);
    portal.session_cookie_secure = settings.flag("SESSION_COOKIE_SECURE");
    portal.password_storage = core::lower_ascii(settings["PASSWORD_STORAGE"]) == "sha256"
                                  ? auth::PasswordStorage::sha256
                                  : auth::PasswordStorage::pbkdf2;
    return portal;
}

std::string secret_key(const Settings& settings) {
    if (settings.is_set("SECRET_KEY")) return settings["SECRET_KEY"];
    return kept_secret(home_folder(settings) / "secret_key");
}

std::map<std::string, std::string> environment_of(const Settings& settings) {
    std::map<std::string, std::string> environment;
    for (const Setting& setting : settings.all())
        environment[setting.variable] = setting.value;
    return environment;
}

fs::path own_binary() {
    // In a bundle /proc/self/exe is the loader it brings along; its launcher says where that itself is.
    if (const char* launcher = std::getenv("SILAWARE_LAUNCHER")) return launcher;
    return fs::read_symlink("/proc/self/exe");
}

core::Result<fs::path> resource_folder() {
    const fs::path folder = own_binary().parent_path();
    // Beside the binary in a build or a bundle, below share when installed.
    const std::array candidates = {folder, folder / "../share/silaware"};
    for (const fs::path& candidate : candidates) {
        if (fs::exists(candidate / "templates") && fs::exists(candidate / "static/manifest.json")) {
            return fs::canonical(candidate);
        }
    }
    return core::fail(core::ErrorCode::internal,
                      fmt::format("templates and static files are neither in {} nor in {}",
                                  candidates[0].string(), candidates[1].string()));
}

std::string version() {
    return SILAWARE_VERSION;
}

core::Result<void> wait_for_database(storage::Database& database, std::stop_token stop) {
    for (bool told = false; !stop.stop_requested();) {
        try {
            return storage::require_current_schema(*database.acquire());
        } catch (const storage::DatabaseUnavailable& error) {
            if (!told) spdlog::error("database: {}; waiting for it", error.what());
            told = true;
        } catch (const storage::DatabaseError& error) {
            if (error.code() != 1049) throw;  // 1049: there is no such database
            return core::fail(core::ErrorCode::conflict,
                              std::string(error.what()) + ": run \"silaware migrate\"");
        }
        core::pause(stop, std::chrono::seconds(2));
    }
    return {};
}

}  // namespace silaware::app
