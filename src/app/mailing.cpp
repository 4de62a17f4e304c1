#include "app/mailing.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "app/environment.hpp"
#include "auth/token.hpp"
#include "core/clock.hpp"
#include "storage/outbox.hpp"
#include "storage/settings_store.hpp"

namespace silaware::app {

namespace {

using Clock = std::chrono::steady_clock;

// A stop is to take less than 10 s in all.
constexpr std::chrono::seconds mail_stop_grace{3};

mail::Message message_to(const std::string& receiver, const view::Mail& content, const std::string& sender) {
    mail::Message message;
    message.sender = sender;
    message.receivers = {receiver};
    message.subject = content.subject;
    message.text = content.text;
    message.html = content.html;
    message.id = auth::random_token();
    message.date = core::clock_now();
    return message;
}

/// Whether a session may go on; for one of them.
std::function<bool()> until_after(std::stop_token stop) {
    return [stop = std::move(stop), stopped_at = std::optional<Clock::time_point>{}]() mutable {
        if (!stop.stop_requested()) return true;
        if (!stopped_at) stopped_at = Clock::now();
        return Clock::now() - *stopped_at < mail_stop_grace;
    };
}

}  // namespace

mail::SmtpOptions smtp_options(const Settings& settings) {
    mail::SmtpOptions options;
    options.server = settings["MAIL_SERVER"];
    options.port = static_cast<std::uint16_t>(settings.integer("MAIL_PORT"));
    options.security = settings.flag("MAIL_USE_SSL")   ? mail::SmtpSecurity::implicit
                       : settings.flag("MAIL_USE_TLS") ? mail::SmtpSecurity::starttls
                                                       : mail::SmtpSecurity::none;
    options.username = settings["MAIL_USERNAME"];
    options.password = settings["MAIL_PASSWORD"];
    options.tls_ca = settings["MAIL_TLS_CA"];
    return options;
}

decltype(portal::Portal::send_test_mail) test_mail_sender(const Settings& settings,
                                                          storage::Database& database, std::stop_token stop) {
    if (!settings.is_set("MAIL_SERVER")) return {};
    mail::SmtpOptions options = smtp_options(settings);
    options.reply_timeout = std::chrono::seconds(10);  // a person waits for the answer
    options.total_timeout = std::chrono::seconds(20);
    return [client = mail::SmtpClient(options), &database, stop = std::move(stop)](
               const std::string& receiver, const view::Mail& content) -> core::Result<portal::MailOutcome> {
        const std::string set = storage::SettingsStore(database).read().mail_sender;
        const std::string sender = mail::sender_address(set, client.options());
        const mail::Delivery delivery = client.send(message_to(receiver, content, sender), until_after(stop));
        return portal::MailOutcome{delivery.state == mail::DeliveryState::sent, delivery.answer};
    };
}

decltype(portal::Portal::queue_mail) mail_queue() {
    return [](storage::Connection& connection, const std::string& receiver, const view::Mail& content) {
        storage::OutgoingMail mail;
        mail.receivers = receiver;
        mail.subject = content.subject;
        mail.text = content.text;
        mail.html = content.html;
        mail.is_secret = true;
        storage::enqueue(connection, mail, core::clock_now());
    };
}

portal::MonthlyMailOptions monthly_mail_options(const Settings& settings) {
    const portal::PortalSettings of_portal = portal_settings(settings);
    return {site_zone(settings),
            {of_portal.energy_rate, of_portal.co2_factor},
            of_portal.currency,
            of_portal.public_url};
}

}  // namespace silaware::app
