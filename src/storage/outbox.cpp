#include "storage/outbox.hpp"

#include "core/text.hpp"
#include "storage/like.hpp"

namespace silaware::storage {

namespace {

constexpr std::size_t longest_subject = 255;
constexpr std::size_t longest_answer = 1000;

constexpr std::string_view insert_mail = R"(
    INSERT INTO outbox (kind, alert_id, sender, receivers, copies, subject, text_body, html_body,
                        attachment_name, attachment, next_attempt_ms, created_ms, is_secret)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

// No mail waits for longer than a quiet night, nor is tried again after longer: that was said by a clock that
// was ahead.
constexpr std::chrono::hours longest_wait{25};

// While a mail is sent its next attempt is the end of the claim: one range finds what is due and what was
// left behind by a sender that died.
constexpr std::string_view find_due = R"(
    SELECT id FROM outbox
     WHERE state IN ('waiting', 'sending') AND (next_attempt_ms <= ? OR next_attempt_ms > ?) AND kind = ?
     ORDER BY next_attempt_ms, id LIMIT 16)";
constexpr std::string_view take = R"(
    UPDATE outbox SET state = 'sending', claimed_by = ?, claimed_until_ms = ?, next_attempt_ms = ?
     WHERE id = ? AND state IN ('waiting', 'sending') AND (next_attempt_ms <= ? OR next_attempt_ms > ?))";
constexpr std::string_view read_mail = R"(
    SELECT id, sender, receivers, copies, subject, text_body, html_body, attachment_name, attachment, attempts,
           created_ms, pending_receivers, COALESCE(last_answer, '')
      FROM outbox WHERE id = ?)";
constexpr std::string_view prolong = R"(
    UPDATE outbox SET claimed_until_ms = ?, next_attempt_ms = ?
     WHERE id = ? AND state = 'sending' AND claimed_by = ?)";
constexpr std::string_view set_sent = R"(
    UPDATE outbox SET state = 'sent', attempts = attempts + 1, last_answer = ?, sent_ms = ?,
                      text_body = IF(is_secret, '', text_body), html_body = IF(is_secret, '', html_body),
                      pending_receivers = NULL, claimed_by = NULL, claimed_until_ms = NULL
     WHERE id = ? AND state = 'sending' AND claimed_by = ?)";
constexpr std::string_view set_waiting = R"(
    UPDATE outbox SET state = 'waiting', attempts = attempts + 1, last_answer = ?, next_attempt_ms = ?,
                      pending_receivers = COALESCE(?, pending_receivers), claimed_by = NULL,
                      claimed_until_ms = NULL
     WHERE id = ? AND state = 'sending' AND claimed_by = ?)";
constexpr std::string_view set_failed = R"(
    UPDATE outbox SET state = 'failed', attempts = attempts + 1, last_answer = ?, claimed_by = NULL,
                      text_body = IF(is_secret, '', text_body), html_body = IF(is_secret, '', html_body),
                      claimed_until_ms = NULL
     WHERE id = ? AND state = 'sending' AND claimed_by = ?)";
constexpr std::string_view explain = R"(
    UPDATE outbox SET last_answer = ? WHERE kind = 'mail' AND state = 'waiting' AND NOT (last_answer <=> ?))";

constexpr std::string_view entry_columns = R"(
    SELECT id, kind, alert_id, receivers, copies, subject, state, attempts, COALESCE(last_answer, ''),
           created_ms, next_attempt_ms, sent_ms)";
constexpr std::string_view entry_source = R"(
      FROM outbox WHERE (? = '' OR state = ?)
       AND (? = '' OR CONCAT_WS(' ', receivers, copies, subject) LIKE ? ESCAPE '!'))";
constexpr std::string_view newest_first = " ORDER BY created_ms DESC, id DESC LIMIT ? OFFSET ?";

constexpr std::string_view lock_entry =
    "SELECT state, subject, is_secret FROM outbox WHERE id = ? FOR UPDATE";
constexpr std::string_view send_again = R"(
    UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_ms = ?, pending_receivers =
                      IF(state = 'sent', NULL, pending_receivers) WHERE id = ?)";
constexpr std::string_view purge_sent = R"(
    DELETE FROM outbox WHERE created_ms < ? AND state IN ('sent', 'failed') LIMIT 2000)";

struct LockedEntry {
    std::string state;
    std::string subject;
    bool is_secret;
};

std::string answer_text(std::string_view answer) {
    return std::string(core::truncate_utf8(core::to_utf8(answer), longest_answer));
}

}  // namespace

std::int64_t enqueue(Connection& connection, const OutgoingMail& mail, core::Instant now) {
    connection.execute(insert_mail, mail.kind, mail.alert_id, mail.sender, mail.receivers, mail.copies,
                       core::truncate_utf8(mail.subject, longest_subject), mail.text, mail.html,
                       mail.attachment_name, mail.attachment, core::epoch_ms(mail.leave_at),
                       core::epoch_ms(now), mail.is_secret);
    return static_cast<std::int64_t>(connection.last_insert_id());
}

std::int64_t alert_mails_since(Connection& connection, core::Instant since) {
    return connection
        .select_one<std::int64_t>(
            "SELECT COUNT(*) FROM outbox WHERE created_ms > ? AND kind = 'mail' AND alert_id IS NOT NULL",
            core::epoch_ms(since))
        .value_or(0);
}

std::optional<ClaimedMail> Outbox::claim(std::string_view kind, core::Instant now, core::Milliseconds lease) {
    const auto connection = database_.acquire();
    const std::int64_t now_ms = core::epoch_ms(now);
    const std::int64_t until = core::epoch_ms(now + lease);
    const std::int64_t too_late = core::epoch_ms(now + longest_wait);
    for (const auto id : connection->select<std::int64_t>(find_due, now_ms, too_late, kind)) {
        // Another may have been first.
        if (connection->execute(take, owner_, until, until, id, now_ms, too_late) == 0) continue;
        return connection->select_one<ClaimedMail>(read_mail, id);
    }
    return std::nullopt;
}

bool Outbox::renew(std::int64_t id, core::Instant until) {
    return database_.execute(prolong, core::epoch_ms(until), core::epoch_ms(until), id, owner_) == 1;
}

bool Outbox::mark_sent(std::int64_t id, std::string_view answer, core::Instant now) {
    return database_.execute(set_sent, answer_text(answer), core::epoch_ms(now), id, owner_) == 1;
}

bool Outbox::mark_waiting(std::int64_t id, std::string_view answer, core::Instant next,
                          const std::optional<std::string>& pending) {
    return database_.execute(set_waiting, answer_text(answer), core::epoch_ms(next), pending, id, owner_) ==
           1;
}

bool Outbox::mark_failed(std::int64_t id, std::string_view answer) {
    return database_.execute(set_failed, answer_text(answer), id, owner_) == 1;
}

void Outbox::explain_waiting(std::string_view reason) {
    const std::string text = answer_text(reason);
    database_.execute(explain, text, text);
}

core::Page<OutboxEntry> find_outbox(Connection& connection, const std::string& state,
                                    const core::PageRequest& request) {
    const std::string pattern = like_pattern(request.search);
    core::Page<OutboxEntry> page{{}, request.page, request.per_page, 0};
    page.total = connection
                     .select_one<std::int64_t>("SELECT COUNT(*)" + std::string(entry_source), state, state,
                                               request.search, pattern)
                     .value_or(0);
    const std::string sql = std::string(entry_columns).append(entry_source).append(newest_first);
    page.items = connection.select<OutboxEntry>(sql, state, state, request.search, pattern, request.per_page,
                                                request.offset());
    return page;
}

core::Result<void> resend(Database& database, std::int64_t id, const Change& change) {
    return database.transaction([&](Connection& connection) -> core::Result<void> {
        const auto entry = connection.select_one<LockedEntry>(lock_entry, id);
        if (!entry) return core::fail(core::ErrorCode::not_found, "There is no such mail.");
        if (entry->state == "sending")
            return core::fail(core::ErrorCode::conflict, "The mail is being sent right now.");
        if (entry->is_secret && entry->state != "waiting") {
            return core::fail(core::ErrorCode::conflict,
                              "Its link is not kept: ask for a new one at the login page.");
        }
        connection.execute(send_again, core::epoch_ms(change.at), id);
        record_audit(connection, change, "mail.resend", std::to_string(id), {},
                     {{"subject", entry->subject}, {"was", entry->state}});
        return {};
    });
}

std::uint64_t purge_outbox(Database& database, core::Instant cutoff) {
    return database.execute(purge_sent, core::epoch_ms(cutoff));
}

}  // namespace silaware::storage
