#include "storage/settings_store.hpp"

#include "core/text.hpp"
#include "domain/maintenance.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_settings = R"(
    SELECT utils_min_duration, COALESCE(utils_mailreceiver, ''), max_temperature, max_humidity,
           COALESCE(temphumid_mailreceiver, ''), COALESCE(cc_mailreceiver, ''), COALESCE(mail_sender, '')
      FROM settings WHERE id = 1 FOR UPDATE)";
constexpr std::string_view read_settings = R"(
    SELECT utils_min_duration, COALESCE(utils_mailreceiver, ''), max_temperature, max_humidity,
           COALESCE(temphumid_mailreceiver, ''), COALESCE(cc_mailreceiver, ''), COALESCE(mail_sender, '')
      FROM settings WHERE id = 1)";
constexpr std::string_view write_settings = R"(
    INSERT INTO settings (id, utils_min_duration, utils_mailreceiver, max_temperature, max_humidity,
                          temphumid_mailreceiver, cc_mailreceiver, mail_sender)
    VALUES (1, ?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE utils_min_duration = VALUES(utils_min_duration),
      utils_mailreceiver = VALUES(utils_mailreceiver), max_temperature = VALUES(max_temperature),
      max_humidity = VALUES(max_humidity), temphumid_mailreceiver = VALUES(temphumid_mailreceiver),
      cc_mailreceiver = VALUES(cc_mailreceiver), mail_sender = VALUES(mail_sender))";
constexpr std::string_view count_as_notified = R"(
    UPDATE run_totals
       SET notified_multiple = LEAST(GREATEST(total_seconds - serviced_at_seconds, 0), ?) * 1000 DIV ?,
           notified_limit_hours = ?)";

std::string shown(const std::optional<float>& number) {
    return number ? core::shortest(*number) : std::string();
}

Facts facts_of(const SiteSettings& settings) {
    return {{"utils_min_duration", shown(settings.utils_min_duration)},
            {"utils_mailreceiver", settings.utils_mailreceiver},
            {"max_temperature", shown(settings.max_temperature)},
            {"max_humidity", shown(settings.max_humidity)},
            {"temphumid_mailreceiver", settings.temphumid_mailreceiver},
            {"cc_mailreceiver", settings.cc_mailreceiver},
            {"mail_sender", settings.mail_sender}};
}

void start_counting_anew(Connection& connection, float limit) {
    const double hours = core::widen(limit);
    const std::int64_t limit_ms = domain::maintenance_limit_ms(hours);
    if (limit_ms > 0) connection.execute(count_as_notified, domain::longest_run_seconds, limit_ms, hours);
}

}  // namespace

SiteSettings SettingsStore::read() const {
    return database_.select_one<SiteSettings>(read_settings).value_or(SiteSettings{});
}

void SettingsStore::write(const SiteSettings& settings, const Change& change) {
    database_.transaction([&](Connection& connection) {
        const auto old = connection.select_one<SiteSettings>(select_settings).value_or(SiteSettings{});
        connection.execute(write_settings, settings.utils_min_duration, settings.utils_mailreceiver,
                           settings.max_temperature, settings.max_humidity, settings.temphumid_mailreceiver,
                           settings.cc_mailreceiver, settings.mail_sender);
        if (settings.utils_min_duration && settings.utils_min_duration != old.utils_min_duration) {
            start_counting_anew(connection, *settings.utils_min_duration);
        }
        Facts before = facts_of(old);
        Facts after = facts_of(settings);
        keep_differences(before, after);
        if (!after.empty()) record_audit(connection, change, "settings.update", "settings", before, after);
    });
}

}  // namespace silaware::storage
