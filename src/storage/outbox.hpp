#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/page.hpp"
#include "core/time.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

inline constexpr std::string_view outbox_mail = "mail";
inline constexpr std::string_view outbox_webhook = "webhook";

/// A mail, or the JSON of a webhook, on its way into the outbox.
struct OutgoingMail {
    std::string kind = std::string(outbox_mail);
    std::optional<std::int64_t> alert_id = {};
    std::string sender = {};     ///< empty: the sender of the mail settings
    std::string receivers = {};  ///< comma-separated; of a webhook its URL
    std::string copies = {};     ///< comma-separated
    std::string subject = {};
    std::string text = {};  ///< of a webhook its JSON
    std::string html = {};
    std::optional<std::string> attachment_name = {};
    std::optional<std::string> attachment = {};
    core::Instant leave_at = {};  ///< not before; the epoch: at once
    bool is_secret = false;       ///< the texts go when it has left or failed: they hold a key
};

/// Puts a mail into the outbox within the caller's transaction; its id. Throws DatabaseError.
std::int64_t enqueue(Connection& connection, const OutgoingMail& mail, core::Instant now);

/// How many mails for alerts were put into the outbox since `since`. Throws DatabaseError.
std::int64_t alert_mails_since(Connection& connection, core::Instant since);

/// A mail that one sender has for itself until its claim ends.
struct ClaimedMail {
    std::int64_t id = 0;
    std::string sender;
    std::string receivers;
    std::string copies;
    std::string subject;
    std::string text;
    std::string html;
    std::optional<std::string> attachment_name;
    std::optional<std::string> attachment;
    int attempts = 0;  ///< before this one
    std::int64_t created_ms = 0;
    std::optional<std::string> pending_receivers;  ///< those that are left, once some got it
    std::string last_answer;
};

/// A line of the outbox as it is listed.
struct OutboxEntry {
    std::int64_t id = 0;
    std::string kind;
    std::optional<std::int64_t> alert_id;
    std::string receivers;
    std::string copies;
    std::string subject;
    std::string state;  ///< waiting, sending, sent, failed
    int attempts = 0;
    std::string last_answer;  ///< in the server's words
    std::int64_t created_ms = 0;
    std::int64_t next_attempt_ms = 0;
    std::optional<std::int64_t> sent_ms;
};

/// Mails and webhooks on their way out. A claim is a lease: whoever is killed with it loses it when it ends.
/// Claims use compare-and-set on single rows, no lock is held while a mail is sent. Throws DatabaseError.
class Outbox {
  public:
    /// `owner` names this sender among all processes.
    Outbox(Database& database, std::string owner) : database_(database), owner_(std::move(owner)) {}

    /// The next mail of `kind` that is due at `now`, for this sender alone until `now + lease`.
    std::optional<ClaimedMail> claim(std::string_view kind, core::Instant now, core::Milliseconds lease);
    /// Prolongs a claim; false if it was lost.
    bool renew(std::int64_t id, core::Instant until);

    /// The server has accepted it. False if the claim was lost.
    bool mark_sent(std::int64_t id, std::string_view answer, core::Instant now);
    /// To be tried again at `next`; `pending` are the receivers that are left, none: as before.
    bool mark_waiting(std::int64_t id, std::string_view answer, core::Instant next,
                      const std::optional<std::string>& pending = {});
    /// It will not be tried again by itself.
    bool mark_failed(std::int64_t id, std::string_view answer);

    /// Says of every waiting mail why none leaves.
    void explain_waiting(std::string_view reason);

  private:
    Database& database_;
    std::string owner_;
};

/// Newest first; `state` empty: all; `search` looks into receivers and subject.
core::Page<OutboxEntry> find_outbox(Connection& connection, const std::string& state,
                                    const core::PageRequest& request);
/// Sends a mail that failed, waits or was sent (again). Error `not_found`; `conflict` while it is being sent.
core::Result<void> resend(Database& database, std::int64_t id, const Change& change);
/// Deletes what was sent before `cutoff`, some at a time; how many. Throws DatabaseError.
std::uint64_t purge_outbox(Database& database, core::Instant cutoff);

}  // namespace silaware::storage
