#include "storage/alert_settings.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_site = R"(
    SELECT utils_min_duration, COALESCE(utils_mailreceiver, ''), max_temperature, max_humidity,
           COALESCE(temphumid_mailreceiver, ''), COALESCE(cc_mailreceiver, ''), COALESCE(mail_sender, '')
      FROM settings WHERE id = 1)";
constexpr std::string_view select_alerts = R"(
    SELECT alert_mailreceiver, language, quiet_from_minute, quiet_to_minute, webhook_url, webhook_secret
      FROM alert_settings WHERE id = 1 )";
constexpr std::string_view save_alerts = R"(
    INSERT INTO alert_settings (id, alert_mailreceiver, language, quiet_from_minute, quiet_to_minute,
                                webhook_url, webhook_secret)
    VALUES (1, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE alert_mailreceiver = VALUES(alert_mailreceiver), language = VALUES(language),
      quiet_from_minute = VALUES(quiet_from_minute), quiet_to_minute = VALUES(quiet_to_minute),
      webhook_url = VALUES(webhook_url), webhook_secret = VALUES(webhook_secret))";
constexpr std::string_view select_limits =
    "SELECT uid, max_temperature, max_humidity FROM device_limits WHERE uid = ? ";
constexpr std::string_view save_limits = R"(
    INSERT INTO device_limits (uid, max_temperature, max_humidity) VALUES (?, ?, ?)
    ON DUPLICATE KEY UPDATE max_temperature = VALUES(max_temperature), max_humidity = VALUES(max_humidity))";
constexpr std::string_view count_devices = R"(
    SELECT (SELECT COUNT(*) FROM known_devices WHERE uid = ?) +
           (SELECT COUNT(*) FROM devices WHERE mac_address = ?))";
constexpr std::string_view find_language = R"(
    SELECT COALESCE(language, '') FROM accounts WHERE email_key = ? OR email = ? ORDER BY id LIMIT 1)";

std::string key_of(const std::string& uid) {
    const auto id = core::DeviceId::parse(uid);
    return id ? id->key() : uid;
}

Facts facts_of(const AlertSettings& settings) {
    return {{"alert_mailreceiver", settings.alert_mailreceiver},
            {"language", settings.language},
            {"quiet_from", clock_of(settings.quiet_from_minute)},
            {"quiet_to", clock_of(settings.quiet_to_minute)},
            {"webhook_url", settings.webhook_url}};
}

std::string shown(const std::optional<float>& limit) {
    return limit ? core::shortest(*limit) : "";
}

Facts facts_of(const DeviceLimits& limits) {
    return {{"max_temperature", shown(limits.max_temperature)}, {"max_humidity", shown(limits.max_humidity)}};
}

std::string for_update(std::string_view select) {
    return std::string(select).append("FOR UPDATE");
}

/// Error `not_found` for a device that neither reported nor is registered.
core::Result<DeviceLimits> limits_by(Connection& connection, const std::string& select,
                                     const std::string& uid) {
    if (connection.select_one<std::int64_t>(count_devices, uid, uid) == 0)
        return core::fail(core::ErrorCode::not_found, "There is no such device.");
    return connection.select_one<DeviceLimits>(select, uid).value_or(DeviceLimits{.uid = uid});
}

void store(Connection& connection, const DeviceLimits& limits) {
    if (limits.max_temperature || limits.max_humidity)
        connection.execute(save_limits, limits.uid, limits.max_temperature, limits.max_humidity);
    else
        connection.execute("DELETE FROM device_limits WHERE uid = ?", limits.uid);
}

}  // namespace

std::string clock_of(int minute) {
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

AlertSettings read_alert_settings(Connection& connection) {
    return connection.select_one<AlertSettings>(select_alerts).value_or(AlertSettings{});
}

DeviceLimits climate_limits(const AlertRules& rules, const std::string& uid) {
    DeviceLimits limits{uid, rules.site.max_temperature, rules.site.max_humidity};
    const auto own = rules.limits.find(key_of(uid));
    if (own == rules.limits.end()) return limits;
    if (own->second.max_temperature) limits.max_temperature = own->second.max_temperature;
    if (own->second.max_humidity) limits.max_humidity = own->second.max_humidity;
    return limits;
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

core::Result<AlertSettings> change_alert_settings(
    Database& database, const std::function<core::Result<void>(AlertSettings&)>& edit, const Change& change) {
    return database.transaction([&](Connection& connection) -> core::Result<AlertSettings> {
        const auto old =
            connection.select_one<AlertSettings>(for_update(select_alerts)).value_or(AlertSettings{});
        AlertSettings edited = old;
        if (const auto done = edit(edited); !done) return core::fail(done.error());
        connection.execute(save_alerts, edited.alert_mailreceiver, edited.language, edited.quiet_from_minute,
                           edited.quiet_to_minute, edited.webhook_url, edited.webhook_secret);
        Facts before = facts_of(old);
        Facts after = facts_of(edited);
        keep_differences(before, after);
        if (old.webhook_secret != edited.webhook_secret) after["webhook_secret"] = "(changed)";
        if (!after.empty())
            record_audit(connection, change, "alert_settings.update", "settings", before, after);
        return edited;
    });
}

core::Result<DeviceLimits> change_device_limits(Database& database, const std::string& uid,
                                                const std::function<core::Result<void>(DeviceLimits&)>& edit,
                                                const Change& change) {
    return database.transaction([&](Connection& connection) -> core::Result<DeviceLimits> {
        const auto old = limits_by(connection, for_update(select_limits), uid);
        if (!old) return core::fail(old.error());
        DeviceLimits edited = *old;
        if (const auto done = edit(edited); !done) return core::fail(done.error());
        store(connection, edited);
        Facts before = facts_of(*old);
        Facts after = facts_of(edited);
        keep_differences(before, after);
        if (!after.empty()) record_audit(connection, change, "device.limits", uid, before, after);
        return edited;
    });
}

core::Result<DeviceLimits> read_device_limits(Connection& connection, const std::string& uid) {
    return limits_by(connection, std::string(select_limits), uid);
}

std::string language_of(Connection& connection, const std::string& address) {
    return connection.select_one<std::string>(find_language, core::lower_ascii(address), address)
        .value_or("");
}

}  // namespace silaware::storage
