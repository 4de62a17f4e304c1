#pragma once

#include <map>
#include <string>
#include <vector>

#include "alerts/notice.hpp"
#include "alerts/options.hpp"
#include "storage/alert_store.hpp"
#include "storage/outbox.hpp"

namespace silaware::alerts {

/// More alerts than this for the same receivers in one go leave in one mail.
inline constexpr std::size_t digest_above = 20;
/// After this many alert mails within `flood_window` further ones are gathered for `digest_wait`, which with
/// all else that a mail waits for stays below 10 s.
inline constexpr std::int64_t flood_mails = 20;
inline constexpr core::Milliseconds flood_window = std::chrono::minutes(1);
inline constexpr core::Milliseconds digest_wait = std::chrono::seconds(5);

/// Puts what is to be told about alerts into the outbox: mails to the receivers of the settings, each in his
/// language, and webhooks. Works in the caller's transaction; throws DatabaseError.
class Notifier {
  public:
    explicit Notifier(const Options& options) : options_(options) {}

    void tell(storage::Connection& connection, const storage::AlertRules& rules,
              const std::vector<Notice>& notices, core::Instant now) const;
    /// Sends the digests that are due.
    void send_digests(storage::Connection& connection, const storage::AlertRules& rules,
                      core::Instant now) const;

  private:
    using Notices = std::vector<Notice>;

    void call_webhook(storage::Connection& connection, const storage::AlertRules& rules, const Notice& notice,
                      core::Instant now) const;
    void mail_to(storage::Connection& connection, const storage::AlertRules& rules,
                 const std::string& receivers, const Notices& notices, core::Instant now) const;
    void send_letter(storage::Connection& connection, const storage::AlertRules& rules,
                     const std::string& receivers, const Notices& notices, core::Instant now) const;
    view::Mail compose(storage::Connection& connection, const Notices& notices, const std::string& language,
                       core::Instant now) const;
    view::Mail compose_one(storage::Connection& connection, const Notice& notice,
                           view::MailFrame frame) const;
    view::AlertMail alert_mail(storage::Connection& connection, const Notice& notice,
                               const view::MailFrame& frame) const;
    std::string site_time(core::Instant instant) const;
    core::Instant leave_at(const storage::AlertRules& rules, const Notices& notices, core::Instant now) const;

    const Options& options_;
};

}  // namespace silaware::alerts
