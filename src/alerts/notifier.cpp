#include "alerts/notifier.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "core/text.hpp"
#include "domain/alert_policy.hpp"
#include "mail/message.hpp"
#include "storage/meter_queries.hpp"

namespace silaware::alerts {

namespace {

constexpr std::size_t longest_digest = 200;

std::string_view name(Event event) {
    switch (event) {
        case Event::raised:
            return "raised";
        case Event::reminded:
            return "reminded";
        case Event::cleared:
            return "cleared";
    }
    return "raised";
}

boost::json::value number_or_null(const std::optional<double>& number) {
    if (!number) return nullptr;
    return boost::json::value(*number);
}

/// Temperature and humidity of one sensor that passed their limits with the same reading.
bool belong_together(const Notice& one, const Notice& other) {
    const auto is_climate = [](const Notice& notice) {
        return notice.kind == kind::temperature || notice.kind == kind::humidity;
    };
    return is_climate(one) && is_climate(other) && one.kind != other.kind && one.device == other.device &&
           one.at == other.at;
}

/// Notices that leave in a mail each.
std::vector<std::vector<Notice>> in_letters(const std::vector<Notice>& notices) {
    std::vector<std::vector<Notice>> letters;
    for (const Notice& notice : notices) {
        const auto fits = [&](const std::vector<Notice>& letter) {
            return letter.size() == 1 && belong_together(letter.front(), notice);
        };
        const auto found = std::find_if(letters.begin(), letters.end(), fits);
        if (found == letters.end())
            letters.push_back({notice});
        else
            found->push_back(notice);
    }
    return letters;
}

view::MailDevice mail_device(storage::Connection& connection, const Notice& notice) {
    auto place = storage::registered_place(connection, notice.device).value_or(storage::DevicePlace{});
    return {notice.device, std::move(place.name), std::move(place.location)};
}

/// Addresses by the language they are written to in.
std::map<std::string, std::vector<std::string>> by_language(storage::Connection& connection,
                                                            const std::string& receivers,
                                                            const std::string& otherwise) {
    std::map<std::string, std::vector<std::string>> groups;
    for (const std::string& address : mail::split_addresses(receivers)) {
        const std::string language = storage::language_of(connection, address);
        groups[language.empty() ? otherwise : language].push_back(address);
    }
    return groups;
}

}  // namespace

std::string Notifier::site_time(core::Instant instant) const {
    return core::format_local(options_.zone.to_local(instant));
}

core::Instant Notifier::leave_at(const storage::AlertRules& rules, const Notices& notices,
                                 core::Instant now) const {
    const auto urgent = [](const Notice& notice) { return is_urgent(notice.kind); };
    if (std::any_of(notices.begin(), notices.end(), urgent)) return {};
    const domain::QuietHours quiet{std::chrono::minutes(rules.alerts.quiet_from_minute),
                                   std::chrono::minutes(rules.alerts.quiet_to_minute)};
    const core::Instant leaves = domain::leave_at(now, quiet, options_.zone);
    return leaves == now ? core::Instant{} : leaves;
}

view::AlertMail Notifier::alert_mail(storage::Connection& connection, const Notice& notice,
                                     const view::MailFrame& frame) const {
    view::AlertMail mail{frame};
    mail.kind = notice.kind;
    mail.device = mail_device(connection, notice);
    mail.value = notice.value;
    mail.limit = notice.limit;
    mail.raised_at = site_time(notice.raised);
    return mail;
}

view::Mail Notifier::compose_one(storage::Connection& connection, const Notice& notice,
                                 view::MailFrame frame) const {
    if (notice.kind == kind::maintenance) {
        if (!frame.link.empty()) frame.link = options_.public_url + "/login/utilities";
        view::MaintenanceMail mail{frame};
        mail.device = mail_device(connection, notice);
        mail.total_hours = notice.value.value_or(0);
        mail.passed_hours = notice.limit.value_or(0);
        mail.interval_hours = notice.interval_hours;
        return options_.texts.maintenance(mail);
    }
    if (notice.kind == kind::temperature || notice.kind == kind::humidity) {
        view::ClimateMail mail{frame};
        mail.quantity = notice.kind == kind::temperature ? view::ClimateQuantity::temperature
                                                         : view::ClimateQuantity::humidity;
        mail.device = mail_device(connection, notice);
        mail.value = notice.value.value_or(0);
        mail.limit = notice.limit.value_or(0);
        mail.observed_at = site_time(notice.at);
        mail.reminder = notice.event == Event::reminded;
        mail.since = site_time(notice.raised);
        return options_.texts.climate(mail);
    }
    return options_.texts.alert(alert_mail(connection, notice, frame));
}

view::Mail Notifier::compose(storage::Connection& connection, const Notices& notices,
                             const std::string& language, core::Instant now) const {
    const std::string link = options_.public_url.empty() ? "" : options_.public_url + "/login/alerts";
    const view::MailFrame frame{language, link, site_time(now)};
    if (notices.size() == 1) return compose_one(connection, notices.front(), frame);
    view::DigestMail digest{frame};
    for (const Notice& notice : notices) {
        if (digest.alerts.size() == longest_digest) break;
        digest.alerts.push_back(alert_mail(connection, notice, frame));
    }
    digest.further = notices.size() - digest.alerts.size();
    return options_.texts.digest(digest);
}

void Notifier::send_letter(storage::Connection& connection, const storage::AlertRules& rules,
                           const std::string& receivers, const Notices& notices, core::Instant now) const {
    std::string copies = rules.site.cc_mailreceiver;
    for (const auto& [language, addresses] : by_language(connection, receivers, rules.alerts.language)) {
        view::Mail text = compose(connection, notices, language, now);
        storage::OutgoingMail mail;
        mail.alert_id = notices.front().alert_id;
        mail.sender = rules.site.mail_sender;
        mail.receivers = mail::join_addresses(addresses);
        mail.copies = std::exchange(copies, "");  // once, whatever languages the receivers speak
        mail.subject = std::move(text.subject);
        mail.text = std::move(text.text);
        mail.html = std::move(text.html);
        mail.leave_at = leave_at(rules, notices, now);
        storage::enqueue(connection, mail, now);
    }
    for (const Notice& notice : notices)
        storage::note_notified(connection, notice.alert_id, now);
}

void Notifier::mail_to(storage::Connection& connection, const storage::AlertRules& rules,
                       const std::string& receivers, const Notices& notices, core::Instant now) const {
    if (notices.size() > digest_above) return send_letter(connection, rules, receivers, notices, now);
    const bool flood = storage::alert_mails_since(connection, now - flood_window) >= flood_mails;
    if (!flood) {
        for (const Notices& letter : in_letters(notices))
            send_letter(connection, rules, receivers, letter, now);
        return;
    }
    for (const Notice& notice : notices)
        storage::hold_for_digest(connection, notice.alert_id, now + digest_wait);
}

void Notifier::call_webhook(storage::Connection& connection, const storage::AlertRules& rules,
                            const Notice& notice, core::Instant now) const {
    const view::MailDevice device = mail_device(connection, notice);
    const boost::json::object body{{"event", name(notice.event)},
                                   {"id", notice.alert_id},
                                   {"kind", notice.kind},
                                   {"device", notice.device},
                                   {"name", device.name},
                                   {"location", device.location},
                                   {"message", notice.message},
                                   {"value", number_or_null(notice.value)},
                                   {"limit", number_or_null(notice.limit)},
                                   {"raised_at", options_.zone.iso8601(notice.raised)},
                                   {"at", options_.zone.iso8601(notice.at)}};
    storage::OutgoingMail call;
    call.kind = storage::outbox_webhook;
    call.alert_id = notice.alert_id;
    call.receivers = rules.alerts.webhook_url;
    call.subject = notice.message;
    call.text = boost::json::serialize(body);
    storage::enqueue(connection, call, now);
}

void Notifier::tell(storage::Connection& connection, const storage::AlertRules& rules,
                    const std::vector<Notice>& notices, core::Instant now) const {
    std::map<std::string, Notices> by_receivers;
    for (const Notice& notice : notices) {
        if (!rules.alerts.webhook_url.empty()) call_webhook(connection, rules, notice, now);
        const std::string& receivers = receivers_of(notice.kind, rules);
        const bool somebody = !core::trim(receivers).empty();
        if (notice.event != Event::cleared && somebody) by_receivers[receivers].push_back(notice);
    }
    for (const auto& [receivers, group] : by_receivers)
        mail_to(connection, rules, receivers, group, now);
}

void Notifier::send_digests(storage::Connection& connection, const storage::AlertRules& rules,
                            core::Instant now) const {
    const double interval = core::widen(rules.site.utils_min_duration.value_or(0));
    std::map<std::string, Notices> by_receivers;
    for (const storage::OpenAlert& alert : storage::alerts_for_digest(connection, now)) {
        if (!storage::take_for_digest(connection, alert.id, now)) continue;
        const core::Instant raised = core::from_epoch_ms(alert.raised_ms.value_or(0));
        by_receivers[receivers_of(alert.kind, rules)].push_back({.alert_id = alert.id,
                                                                 .kind = alert.kind,
                                                                 .device = alert.device,
                                                                 .message = alert.message,
                                                                 .value = alert.value,
                                                                 .limit = alert.limit,
                                                                 .at = raised,
                                                                 .raised = raised,
                                                                 .interval_hours = interval});
    }
    for (const auto& [receivers, group] : by_receivers) {
        if (!core::trim(receivers).empty()) send_letter(connection, rules, receivers, group, now);
    }
}

}  // namespace silaware::alerts
