#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "mail/smtp_client.hpp"
#include "mail/webhook.hpp"
#include "storage/outbox.hpp"

namespace silaware::alerts {

struct MailSenderOptions {
    std::optional<mail::SmtpOptions> smtp = {};  ///< none: mails wait in the outbox and say why
    std::chrono::milliseconds poll{1000};
    /// A killed sender's mail is free again after this; well under the minute in which it must leave.
    std::chrono::seconds lease{40};
    std::chrono::seconds stop_grace{3};  ///< for the mail in hand
};

/// Delivers what is in the outbox; any number of processes may do so side by side. Mails leave within
/// seconds, or within a minute after the server is back; what a server refuses for good is tried three times.
class MailSender {
  public:
    MailSender(storage::Database& database, MailSenderOptions options);

    /// Works until `stop`, mails in this thread and webhooks in another. An outage of the database is waited
    /// for.
    void run(std::stop_token stop);

    /// One mail or webhook, if one is due; false if none was. Throws DatabaseError.
    bool deliver_next(std::string_view kind, std::stop_token stop);

  private:
    mail::Delivery hand_over(const storage::ClaimedMail& claimed, std::string_view kind,
                             const std::function<bool()>& go_on);
    std::string sender_address() const;
    mail::Message message_of(const storage::ClaimedMail& claimed) const;
    mail::WebhookCall call_of(const storage::ClaimedMail& claimed);
    void settle(const storage::ClaimedMail& claimed, const mail::Delivery& delivery, std::stop_token stop);
    void work(std::string_view kind, std::stop_token stop);
    bool explain_waiting();

    storage::Database& database_;
    MailSenderOptions options_;
    storage::Outbox outbox_;
    std::chrono::steady_clock::time_point server_down_until_{};
    int server_down_tries_ = 0;
};

}  // namespace silaware::alerts
