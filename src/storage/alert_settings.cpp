#include "storage/alert_settings.hpp"

#include <cmath>

#include "core/text.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_site = R"(
    SELECT utils_min_duration, COALESCE(utils_mailreceiver, ''), max_temperature, max_humidity,
           COALESCE(temphumid_mailreceiver, ''), COALESCE(cc_mailreceiver, ''), COALESCE(mail_sender, '')
      FROM settings WHERE id = 1)";
constexpr std::string_view select_alerts = R"(
    SELECT alert_mailreceiver, language, quiet_from_minute, quiet_to_minute, webhook_url, webhook_secret
      FROM alert_settings WHERE id = 1)";
constexpr std::string_view save_alerts = R"(
    INSERT INTO alert_settings (id, alert_mailreceiver, language, quiet_from_minute, quiet_to_minute,
                                webhook_url, webhook_secret)
    VALUES (1, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE alert_mailreceiver = VALUES(alert_mailreceiver), language = VALUES(language),
      quiet_from_minute = VALUES(quiet_from_minute), quiet_to_minute = VALUES(quiet_to_minute),
      webhook_url = VALUES(webhook_url), webhook_secret = VALUES(webhook_secret))";
constexpr std::string_view save_limits = R"(
    INSERT INTO device_limits (uid, max_temperature, max_humidity) VALUES (?, ?, ?)
    ON DUPLICATE KEY UPDATE max_temperature = VALUES(max_temperature), max_humidity = VALUES(max_humidity))";
constexpr std::string_view find_language = R"(
    SELECT COALESCE(language, '') FROM accounts WHERE email_key = ? OR email = ? ORDER BY id LIMIT 1)";

constexpr int minutes_of_day = 24 * 60;

std::string key_of(const std::string& uid) {
    const auto id = core::DeviceId::parse(uid);
    return id ? id->key() : uid;
}

bool is_web_address(const std::string& url) {
    return core::is_printable(url) && url.find(' ') == std::string::npos && url.size() <= 2000 &&
           (url.starts_with("https://") || url.starts_with("http://"));
}

Facts facts_of(const AlertSettings& settings) {
    return {{"alert_mailreceiver", settings.alert_mailreceiver},
            {"language", settings.language},
            {"quiet_from_minute", std::to_string(settings.quiet_from_minute)},
            {"quiet_to_minute", std::to_string(settings.quiet_to_minute)},
            {"webhook_url", settings.webhook_url}};
}

core::Result<void> check(const AlertSettings& settings) {
    core::Error error{core::ErrorCode::invalid, "Please correct the fields.", {}};
    const auto is_minute = [](int minute) { return minute >= 0 && minute < minutes_of_day; };
    if (!is_minute(settings.quiet_from_minute)) error.fields["quiet_from"] = "A time of day from 00:00.";
    if (!is_minute(settings.quiet_to_minute)) error.fields["quiet_to"] = "A time of day up to 23:59.";
    if (!settings.webhook_url.empty() && !is_web_address(settings.webhook_url))
        error.fields["webhook_url"] = "An address that starts with https:// or http://.";
    if (settings.webhook_secret.size() > 255) error.fields["webhook_secret"] = "At most 255 characters.";
    if (settings.language.empty() || settings.language.size() > 8)
        error.fields["language"] = "A language code such as en or id.";
    if (!error.fields.empty()) return core::fail(error);
    return {};
}

bool is_limit(const std::optional<float>& limit) {
    return !limit || (std::isfinite(*limit) && *limit > 0);
}

std::string shown(const std::optional<float>& limit) {
    return limit ? core::shortest(*limit) : "";
}

}  // namespace

AlertSettings read_alert_settings(Connection& connection) {
    return connection.select_one<AlertSettings>(select_alerts).value_or(AlertSettings{});
}

AlertRules read_alert_rules(Connection& connection) {
    AlertRules rules;
    rules.site = connection.select_one<SiteSettings>(select_site).value_or(SiteSettings{});
    rules.alerts = read_alert_settings(connection);
    for (auto& limits :
         connection.select<DeviceLimits>("SELECT uid, max_temperature, max_humidity FROM device_limits")) {
        rules.limits[key_of(limits.uid)] = std::move(limits);
    }
    for (const auto& rated : connection.select<RatedDevice>(
             "SELECT mac_address, rated_power_w FROM devices WHERE rated_power_w > 0")) {
        rules.rated_power_w[key_of(rated.uid)] = rated.rated_power_w;
    }
    return rules;
}

core::Result<void> write_alert_settings(Database& database, const AlertSettings& settings,
                                        const Change& change) {
    if (const auto checked = check(settings); !checked) return checked;
    database.transaction([&](Connection& connection) {
        const AlertSettings old = read_alert_settings(connection);
        connection.execute(save_alerts, settings.alert_mailreceiver, settings.language,
                           settings.quiet_from_minute, settings.quiet_to_minute, settings.webhook_url,
                           settings.webhook_secret);
        Facts before = facts_of(old);
        Facts after = facts_of(settings);
        keep_differences(before, after);
        if (old.webhook_secret != settings.webhook_secret) after["webhook_secret"] = "(changed)";
        if (!after.empty())
            record_audit(connection, change, "alert_settings.update", "settings", before, after);
    });
    return {};
}

core::Result<void> write_device_limits(Database& database, const DeviceLimits& limits, const Change& change) {
    if (!is_limit(limits.max_temperature) || !is_limit(limits.max_humidity))
        return core::fail(core::ErrorCode::invalid, "A limit is a number above zero.");
    database.transaction([&](Connection& connection) {
        const bool none = !limits.max_temperature && !limits.max_humidity;
        if (none)
            connection.execute("DELETE FROM device_limits WHERE uid = ?", limits.uid);
        else
            connection.execute(save_limits, limits.uid, limits.max_temperature, limits.max_humidity);
        record_audit(connection, change, "device.limits", limits.uid, {},
                     {{"max_temperature", shown(limits.max_temperature)},
                      {"max_humidity", shown(limits.max_humidity)}});
    });
    return {};
}

std::optional<DeviceLimits> find_device_limits(Connection& connection, const core::DeviceId& device) {
    return connection.select_one<DeviceLimits>(
        "SELECT uid, max_temperature, max_humidity FROM device_limits WHERE uid = ?", device.text());
}

std::string language_of(Connection& connection, const std::string& address) {
    return connection.select_one<std::string>(find_language, core::lower_ascii(address), address)
        .value_or("");
}

}  // namespace silaware::storage
