#include "alerts/mail_sender.hpp"

#include <unistd.h>

#include <random>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "alerts/retry.hpp"
#include "core/clock.hpp"
#include "storage/alert_settings.hpp"

namespace silaware::alerts {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds renew_every{10};
constexpr std::chrono::seconds explain_every{5};
constexpr std::string_view no_server = "no mail server is set (MAIL_SERVER)";

std::string owner_name() {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    std::random_device random;
    return fmt::format("{}:{}:{:08x}", std::string(host).substr(0, 40), getpid(), random());
}

/// Says whether a delivery may go on: not long after `stop`; keeps the claim alive meanwhile.
class Watch {
  public:
    Watch(storage::Outbox& outbox, std::int64_t id, const MailSenderOptions& options, std::stop_token stop)
        : outbox_(outbox), id_(id), options_(options), stop_(std::move(stop)) {}

    bool go_on() {
        const auto now = Clock::now();
        if (stop_.stop_requested()) {
            if (!stopped_at_) stopped_at_ = now;
            return now - *stopped_at_ < options_.stop_grace;
        }
        if (now - renewed_at_ >= renew_every) {
            renewed_at_ = now;
            renew();
        }
        return true;
    }

  private:
    void renew() {
        try {
            outbox_.renew(id_, core::clock_now() + options_.lease);
        } catch (const storage::DatabaseError& error) {
            spdlog::warn("mail {}: its claim could not be prolonged: {}", id_, error.what());
        }
    }

    storage::Outbox& outbox_;
    std::int64_t id_;
    const MailSenderOptions& options_;
    std::stop_token stop_;
    Clock::time_point renewed_at_ = Clock::now();
    std::optional<Clock::time_point> stopped_at_;
};

/// Of a webhook's address the host alone: the rest of it often is the secret.
std::string name_of(const storage::ClaimedMail& mail) {
    std::string_view host = mail.receivers;
    const auto scheme = host.find("://");
    if (scheme == host.npos) return fmt::format("mail {} to {}", mail.id, mail.receivers);
    host = host.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    return fmt::format("webhook {} to {}", mail.id, host.substr(host.rfind('@') + 1));
}

void log(const storage::ClaimedMail& mail, const Settlement& settlement) {
    switch (settlement.step) {
        case NextStep::done:
            return spdlog::info("{} sent: {}", name_of(mail), settlement.answer);
        case NextStep::try_again:
            return spdlog::warn("{} will be tried again: {}", name_of(mail), settlement.answer);
        case NextStep::give_up:
            return spdlog::error("{} failed: {}", name_of(mail), settlement.answer);
    }
}

}  // namespace

MailSender::MailSender(storage::Database& database, MailSenderOptions options)
    : database_(database), options_(std::move(options)), outbox_(database, owner_name()) {}

std::string MailSender::sender_address() const {
    return mail::sender_address(storage::SettingsStore(database_).read().mail_sender, *options_.smtp);
}

mail::Message MailSender::message_of(const storage::ClaimedMail& claimed) const {
    mail::Message message;
    message.sender = claimed.sender.empty() ? sender_address() : claimed.sender;
    message.receivers = mail::split_addresses(claimed.receivers);
    message.copies = mail::split_addresses(claimed.copies);
    if (claimed.pending_receivers) message.only_to = mail::split_addresses(*claimed.pending_receivers);
    message.subject = claimed.subject;
    message.text = claimed.text;
    message.html = claimed.html;
    message.id = fmt::format("silaware.{}.{}", claimed.id, claimed.created_ms);
    message.date = core::from_epoch_ms(claimed.created_ms);
    if (claimed.attachment)
        message.attachments = {{claimed.attachment_name.value_or("attachment"), *claimed.attachment}};
    return message;
}

mail::WebhookCall MailSender::call_of(const storage::ClaimedMail& claimed) {
    const auto settings = storage::read_alert_settings(*database_.acquire());
    return {claimed.receivers, claimed.text, settings.webhook_secret,
            fmt::format("{}.{}", claimed.id, claimed.created_ms)};
}

mail::Delivery MailSender::hand_over(const storage::ClaimedMail& claimed, std::string_view kind,
                                     const std::function<bool()>& go_on) {
    if (kind == storage::outbox_webhook) return mail::post(call_of(claimed), go_on);
    return mail::SmtpClient(*options_.smtp).send(message_of(claimed), go_on);
}

/// Keeps trying to write down how it went: once a server took the mail, forgetting it would send it twice.
void MailSender::settle(const storage::ClaimedMail& claimed, const mail::Delivery& delivery,
                        std::stop_token stop) {
    const int tries = claimed.attempts + 1;
    const auto age = core::clock_now() - core::from_epoch_ms(claimed.created_ms);
    const Settlement settlement = alerts::settle(delivery, tries, age, claimed.last_answer);
    log(claimed, settlement);
    const auto pending =
        settlement.pending.empty() ? std::nullopt : std::optional(mail::join_addresses(settlement.pending));
    for (;;) {
        try {
            const core::Instant now = core::clock_now();
            bool kept = false;
            if (settlement.step == NextStep::done)
                kept = outbox_.mark_sent(claimed.id, settlement.answer, now);
            if (settlement.step == NextStep::give_up)
                kept = outbox_.mark_failed(claimed.id, settlement.answer);
            if (settlement.step == NextStep::try_again)
                kept = outbox_.mark_waiting(claimed.id, settlement.answer, now + retry_delay(tries), pending);
            if (!kept) spdlog::warn("mail {}: its claim was lost meanwhile", claimed.id);
            return;
        } catch (const storage::DatabaseError& error) {
            if (stop.stop_requested()) {
                spdlog::error("mail {}: how it went could not be written down: {}", claimed.id, error.what());
                return;
            }
        }
        core::pause(stop, std::chrono::milliseconds(500));
    }
}

bool MailSender::deliver_next(std::string_view kind, std::stop_token stop) {
    const bool is_mail = kind == storage::outbox_mail;
    if (is_mail && Clock::now() < server_down_until_) return false;
    if (is_mail && !options_.smtp) return explain_waiting();
    const auto claimed = outbox_.claim(kind, core::clock_now(), options_.lease);
    if (!claimed) return false;
    Watch watch(outbox_, claimed->id, options_, stop);
    const mail::Delivery delivery = hand_over(*claimed, kind, [&] { return watch.go_on(); });
    settle(*claimed, delivery, stop);
    if (!is_mail) return true;
    // One mail finds out whether the server is back, not all of them.
    const bool down = delivery.state == mail::DeliveryState::down;
    server_down_tries_ = down ? server_down_tries_ + 1 : 0;
    server_down_until_ = down ? Clock::now() + retry_delay(server_down_tries_) : Clock::time_point{};
    return true;
}

bool MailSender::explain_waiting() {
    outbox_.explain_waiting(no_server);
    server_down_until_ = Clock::now() + explain_every;
    return false;
}

void MailSender::work(std::string_view kind, std::stop_token stop) {
    bool complained = false;
    while (!stop.stop_requested()) {
        bool busy = false;
        try {
            busy = deliver_next(kind, stop);
            complained = false;
        } catch (const std::exception& error) {
            if (!std::exchange(complained, true)) spdlog::warn("outbox: {}; trying on", error.what());
        }
        if (!busy) core::pause(stop, options_.poll);
    }
}

void MailSender::run(std::stop_token stop) {
    const std::jthread webhooks([&] { work(storage::outbox_webhook, stop); });
    work(storage::outbox_mail, stop);
}

}  // namespace silaware::alerts
