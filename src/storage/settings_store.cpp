#include "storage/settings_store.hpp"

#include "core/text.hpp"
#include "domain/maintenance.hpp"
#include "storage/monthly_mail_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_settings = R"(
    SELECT utils_min_duration, COALESCE(utils_mailreceiver, ''), max_temperature, max_humidity,
           COALESCE(temphumid_mailreceiver, ''), COALESCE(cc_mailreceiver, ''), COALESCE(mail_sender, '')
      FROM settings WHERE id = 1 )";
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

Facts facts_of(const AllSettings& all) {
    return {{"utils_min_duration", shown(all.site.utils_min_duration)},
            {"utils_mailreceiver", all.site.utils_mailreceiver},
            {"max_temperature", shown(all.site.max_temperature)},
            {"max_humidity", shown(all.site.max_humidity)},
            {"temphumid_mailreceiver", all.site.temphumid_mailreceiver},
            {"cc_mailreceiver", all.site.cc_mailreceiver},
            {"mail_sender", all.site.mail_sender},
            {"monthly_mailreceiver", all.monthly_mailreceiver}};
}

AllSettings read_from(Connection& connection, std::string_view locking = {}) {
    const std::string select = std::string(select_settings).append(locking);
    return {connection.select_one<SiteSettings>(select).value_or(SiteSettings{}),
            monthly_receivers(connection)};
}

void write(Connection& connection, const AllSettings& all) {
    const SiteSettings& site = all.site;
    connection.execute(write_settings, site.utils_min_duration, site.utils_mailreceiver, site.max_temperature,
                       site.max_humidity, site.temphumid_mailreceiver, site.cc_mailreceiver,
                       site.mail_sender);
    write_monthly_receivers(connection, all.monthly_mailreceiver);
}

void start_counting_anew(Connection& connection, float limit) {
    const double hours = core::widen(limit);
    const std::int64_t limit_ms = domain::maintenance_limit_ms(hours);
    if (limit_ms > 0) connection.execute(count_as_notified, domain::longest_run_seconds, limit_ms, hours);
}

}  // namespace

SiteSettings SettingsStore::read() const {
    return database_.select_one<SiteSettings>(select_settings).value_or(SiteSettings{});
}

AllSettings SettingsStore::read_all() const {
    return read_from(*database_.acquire());
}

core::Result<AllSettings> SettingsStore::change(const std::function<core::Result<void>(AllSettings&)>& edit,
                                                const Change& change) {
    return database_.transaction([&](Connection& connection) -> core::Result<AllSettings> {
        const AllSettings old = read_from(connection, "FOR UPDATE");
        AllSettings edited = old;
        if (const auto done = edit(edited); !done) return core::fail(done.error());
        Facts before = facts_of(old);
        Facts after = facts_of(edited);
        keep_differences(before, after);
        if (after.empty()) return edited;
        write(connection, edited);
        if (edited.site.utils_min_duration && edited.site.utils_min_duration != old.site.utils_min_duration)
            start_counting_anew(connection, *edited.site.utils_min_duration);
        record_audit(connection, change, "settings.update", "settings", before, after);
        return edited;
    });
}

}  // namespace silaware::storage
