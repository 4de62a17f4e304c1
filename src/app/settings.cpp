#include "app/settings.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/config_line.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "http/trusted_proxies.hpp"
#include "storage/host_address.hpp"

namespace silaware::app {

namespace {

using Check = std::function<bool(const std::string&)>;

Check any() {
    return [](const std::string&) { return true; };
}

Check not_empty() {
    return [](const std::string& text) { return !core::trim(text).empty(); };
}

Check integer_between(std::int64_t least, std::int64_t most) {
    return [=](const std::string& text) {
        const auto number = core::parse_integer(text);
        return number && *number >= least && *number <= most;
    };
}

Check number_of_at_least(double least) {
    return [=](const std::string& text) {
        const auto number = core::parse_number(text);
        return number && *number >= least;
    };
}

Check one_of(std::vector<std::string> words) {
    return [words = std::move(words)](const std::string& text) {
        return std::find(words.begin(), words.end(), core::lower_ascii(text)) != words.end();
    };
}

Check truth() {
    return one_of({"true", "false", "1", "0", "yes", "no", "on", "off"});
}

/// A name or an address, so that "mqtt://broker" is not looked up as one.
Check host() {
    return [](const std::string& text) { return text.find_first_of(" \t\r\n/") == text.npos; };
}

/// At least one: an empty entry between two commas is none.
Check database_hosts() {
    return [](const std::string& list) {
        std::istringstream stream(list);
        std::size_t hosts = 0;
        for (std::string entry; std::getline(stream, entry, ',');) {
            const auto trimmed = core::trim(entry);
            if (!trimmed.empty() && !storage::is_host_address(trimmed)) return false;
            hosts += trimmed.empty() ? 0 : 1;
        }
        return hosts > 0 || list.empty();
    };
}

/// Messages are told apart by their topic, so each kind has one of its own.
Check topic() {
    constexpr std::size_t longest = 65535;  // MQTT's length of a string
    return [](const std::string& text) {
        return !core::trim(text).empty() && text.size() <= longest && core::is_printable(text) &&
               text.find_first_of("+#") == text.npos;
    };
}

Check shared_group() {
    return [](const std::string& text) {
        return core::is_printable(text) && text.find_first_of("/+#") == text.npos;
    };
}

Check certificate_file() {
    return [](const std::string& path) {
        if (path.empty()) return true;
        if (!std::filesystem::is_regular_file(path)) return false;
        std::ifstream stream(path, std::ios::binary);
        for (std::string line; std::getline(stream, line);) {
            if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != line.npos) return true;
        }
        return false;
    };
}

/// Not one of those that the server keeps for itself.
Check database_name() {
    constexpr std::size_t longest = 64;
    return [](const std::string& name) {
        const bool own = one_of({"mysql", "information_schema", "performance_schema", "sys"})(name);
        return !name.empty() && core::code_points(name) <= longest && core::trim(name) == name && !own;
    };
}

Check web_address() {
    return [](const std::string& url) {
        if (url.empty()) return true;
        const std::string folded = core::lower_ascii(url);
        const std::size_t scheme = folded.starts_with("https://") ? 8 : folded.starts_with("http://") ? 7 : 0;
        return scheme > 0 && url.size() > scheme && url[scheme] != '/' && core::is_printable(url) &&
               url.find_first_of(" \"<>\\?#") == url.npos;
    };
}

Check proxies() {
    return [](const std::string& list) { return http::TrustedProxies::parse(list).has_value(); };
}

constexpr auto truth_words = "true or false";
constexpr auto port_range = "a port, 1 to 65535";
constexpr auto one_topic = "a topic without + and #";
constexpr auto secret = Setting::Visibility::secret;

std::vector<Setting> declared_settings() {
    const Check port = integer_between(1, 65535);
    return {
        {"DB_HOST", "", "MariaDB host; a comma-separated list fails over",
         "a host, or host:port, or a comma-separated list of them", database_hosts()},
        {"DB_PORT", "3306", "MariaDB port", port_range, port},
        {"DB_USER", "root", "MariaDB user", "a name", not_empty()},
        {"DB_PASSWORD", "", "MariaDB password", "", any(), secret},
        {"DB_NAME", "rumahsakit", "database name",
         "a name of at most 64 characters, none of the server's own databases", database_name()},
        {"DB_TLS_CA", "", "file with the CA of MariaDB's certificate; turns TLS on",
         "a file with PEM certificates", certificate_file()},
        {"DB_SOCKET", "", "Unix socket of MariaDB; beats DB_HOST", "a path", any()},
        {"MQTT_HOST", "", "MQTT broker", "a host", host()},
        {"MQTT_PORT", "1883", "MQTT port; with a private broker the one it listens on", port_range, port},
        {"MQTT_USERNAME", "", "MQTT user", "", any()},
        {"MQTT_PASSWORD", "", "MQTT password", "", any(), secret},
        {"MQTT_TLS_CA", "", "file with the CA of the broker's certificate; turns TLS on",
         "a file with PEM certificates", certificate_file()},
        {"MQTT_CLIENT_ID", "", "MQTT client id; stable, one per ingest process", "", any()},
        {"MQTT_SHARED_GROUP", "", "shared subscription group of several ingest processes",
         "a name without /, + and #", shared_group()},
        {"MQTT_UTILS_TOPIC", "silaware/utils", "topic of machine runs", one_topic, topic()},
        {"MQTT_POWER_TOPIC", "silaware/power", "topic of power meters", one_topic, topic()},
        {"MQTT_CLIMATE_TOPIC", "silaware/temphumid", "topic of room sensors", one_topic, topic()},
        {"SECRET_KEY", "", "signs sessions; unset: a random one kept in SILAWARE_HOME", "", any(), secret},
        {"JWT_SECRET_KEY", "", "signs JWTs; unset: derived from SECRET_KEY", "", any(), secret},
        {"SESSION_COOKIE_SECURE", "true", "send the session cookie over TLS only", truth_words, truth()},
        {"PASSWORD_STORAGE", "pbkdf2", "how passwords are stored", "pbkdf2 or sha256",
         one_of({"pbkdf2", "sha256"})},
        {"MAIL_SERVER", "", "SMTP server; unset: mails wait in the outbox", "a host", host()},
        {"MAIL_PORT", "25", "SMTP port", port_range, port},
        {"MAIL_USE_TLS", "false", "STARTTLS", truth_words, truth()},
        {"MAIL_USE_SSL", "false", "TLS from the first byte", truth_words, truth()},
        {"MAIL_USERNAME", "", "SMTP user", "", any()},
        {"MAIL_PASSWORD", "", "SMTP password", "", any(), secret},
        {"MAIL_TLS_CA", "", "file with the CA of the mail server's certificate; unset: the system's",
         "a file with PEM certificates", certificate_file()},
        {"SITE_TIMEZONE", "Asia/Jakarta", "the site's IANA time zone", "an IANA name such as Asia/Jakarta",
         [](const std::string& name) { return core::SiteZone::find(name).has_value(); }},
        {"ENERGY_RATE", "1444.70", "price of a kWh", "a number of 0 or more", number_of_at_least(0)},
        {"CURRENCY", "IDR", "currency of the price", "a name", not_empty()},
        {"CO2_FACTOR", "0.87", "kg of CO2 per kWh, for meters that send none", "a number of 0 or more",
         number_of_at_least(0)},
        {"CYCLE_GAP_SECONDS", "20", "longest gap within a run cycle", "a whole number from 1 to 86400",
         integer_between(1, 86400)},
        {"RETENTION_MONTHS", "4", "months that raw rows are kept", "a whole number from 1 to 1200",
         integer_between(1, 1200)},
        {"CLEANUP_INTERVAL_HOURS", "12", "hours between two purges", "a whole number from 1 to 8760",
         integer_between(1, 8760)},
        {"ALLOW_UNREGISTERED", "true", "store telemetry of devices that are not registered", truth_words,
         truth()},
        {"PUBLIC_URL", "",
         "address of the portal, for links in mails; without it no password can be reset by mail",
         "a URL such as https://power.example.com", web_address()},
        {"TRUSTED_PROXIES", "", "all proxies whose X-Forwarded-For and -Proto count; unset: loopback,unix",
         "a comma-separated list of addresses, networks, loopback and unix", proxies()},
        {"METRICS_TOKEN", "", "Bearer token for /metrics", "", any(), secret},
        {"METRICS_PORT", "0", "port of ingest's own /metrics and /health; 0: none", "a port, 0 to 65535",
         integer_between(0, 65535)},
        {"SPOOL_LIMIT_MB", "2048",
         "size of the messages that may wait while the database is down; on the disk they take less",
         "a whole number from 1 to 1048576", integer_between(1, 1048576)},
        {"SILAWARE_HOME", "./var", "folder of spool, secrets and private servers", "a folder", not_empty()},
        {"LOG_LEVEL", "info", "how much is logged", "trace, debug, info, warn or error",
         one_of({"trace", "debug", "info", "warn", "warning", "error"})},
    };
}

bool given_on_command_line(const std::vector<std::string>& arguments, const std::string& option) {
    return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
        return argument == option || argument.starts_with(option + "=");
    });
}

}  // namespace

std::string Setting::option() const {
    std::string name = "--" + core::lower_ascii(variable);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

Settings::Settings() : settings_(declared_settings()) {
    for (Setting& setting : settings_)
        setting.value = setting.fallback;
}

void Settings::declare(CLI::App& app) {
    app.add_option("--config", file_, "file with lines such as \"db-host = …\"")
        ->group("Configuration")
        ->check(CLI::ExistingFile);
    for (Setting& setting : settings_) {
        auto* option = app.add_option(setting.option(), setting.value, setting.description);
        option->group("Configuration")->envname(setting.variable);
        if (!setting.fallback.empty()) option->default_str(setting.fallback);
    }
}

core::Result<void> Settings::resolve(const CLI::App& app, const std::vector<std::string>& arguments) {
    for (Setting& setting : settings_) {
        if (given_on_command_line(arguments, setting.option())) {
            setting.source = "option";
        } else if (app.get_option(setting.option())->count() > 0) {
            setting.source = "environment";
        }
    }
    if (!file_.empty()) {
        if (auto read = read_file(); !read) return read;
    }
    for (const Setting& setting : settings_) {
        if (setting.accepts(setting.value)) continue;
        const bool hidden = setting.visibility == secret;
        return core::fail(core::ErrorCode::invalid,
                          fmt::format("{}={} ({}) is not allowed: it must be {}", setting.variable,
                                      hidden ? "***" : setting.value, setting.source, setting.allowed));
    }
    return check_topics();
}

core::Result<void> Settings::check_topics() const {
    std::map<std::string, std::string> kinds;
    for (const char* variable : {"MQTT_UTILS_TOPIC", "MQTT_POWER_TOPIC", "MQTT_CLIMATE_TOPIC"}) {
        const auto [other, is_new] = kinds.emplace((*this)[variable], variable);
        if (is_new) continue;
        return core::fail(
            core::ErrorCode::invalid,
            fmt::format("{}={} is not allowed: it must be another topic than {}, or nobody could tell "
                        "their messages apart",
                        variable, other->first, other->second));
    }
    return {};
}

core::Result<void> Settings::read_file() {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // of editors on Windows
    std::ifstream stream(file_);
    if (!stream) {
        return core::fail(core::ErrorCode::invalid,
                          fmt::format("the file {} can't be read: {}", file_, std::strerror(errno)));
    }
    std::string text;
    for (int number = 1; std::getline(stream, text); ++number) {
        if (number == 1 && text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
        const auto line = parse_config_line(text);
        if (!line) {
            return core::fail(core::ErrorCode::invalid,
                              fmt::format("{}, line {}: {}", file_, number, line.error().message));
        }
        if (!*line) continue;
        if (auto taken = take_from_file((*line)->name, (*line)->value); !taken) return taken;
    }
    return {};
}

core::Result<void> Settings::take_from_file(const std::string& name, const std::string& value) {
    const auto known = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& setting) {
        return setting.option() == "--" + name || setting.variable == name;
    });
    if (known == settings_.end()) {
        return core::fail(
            core::ErrorCode::invalid,
            fmt::format("{}: there is no setting \"{}\"; \"silaware config\" lists all", file_, name));
    }
    const std::string source = "file " + file_;
    if (known->source != "default" && known->source != source) return {};
    known->value = value;
    known->source = source;
    return {};
}

Setting& Settings::find(std::string_view variable) {
    const auto found = std::find_if(settings_.begin(), settings_.end(),
                                    [&](const Setting& setting) { return setting.variable == variable; });
    if (found == settings_.end()) throw std::logic_error(fmt::format("no setting {}", variable));
    return *found;
}

const std::string& Settings::operator[](std::string_view variable) const {
    return const_cast<Settings*>(this)->find(variable).value;
}

bool Settings::is_set(std::string_view variable) const {
    return !(*this)[variable].empty();
}

void Settings::set(std::string_view variable, std::string value, std::string source) {
    Setting& setting = find(variable);
    setting.value = std::move(value);
    setting.source = std::move(source);
}

std::int64_t Settings::integer(std::string_view variable) const {
    return core::parse_integer((*this)[variable]).value_or(0);
}

double Settings::real(std::string_view variable) const {
    return core::parse_number((*this)[variable]).value_or(0);
}

bool Settings::flag(std::string_view variable) const {
    const std::string word = core::lower_ascii((*this)[variable]);
    return word == "true" || word == "1" || word == "yes" || word == "on";
}

}  // namespace silaware::app
