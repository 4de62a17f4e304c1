#include "storage/session_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t touch_after_ms = 60'000;

constexpr std::string_view insert_session = R"(
    INSERT INTO sessions (token_hash, account_id, created_ms, last_used_ms, expires_ms, address)
    VALUES (?, ?, ?, ?, ?, ?))";
constexpr std::string_view find_session = R"(
    SELECT a.id, a.username, a.role, a.language, s.expires_ms, s.last_used_ms
      FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.token_hash = ?)";
constexpr std::string_view touch_session = "UPDATE sessions SET last_used_ms = ? WHERE token_hash = ?";
constexpr std::string_view delete_session = "DELETE FROM sessions WHERE token_hash = ?";
constexpr std::string_view delete_of_account = "DELETE FROM sessions WHERE account_id = ?";
constexpr std::string_view delete_expired = "DELETE FROM sessions WHERE expires_ms <= ? LIMIT 500";

}  // namespace

void SessionStore::create(const NewSession& session) {
    database_.execute(insert_session, session.token_hash, session.account_id, core::epoch_ms(session.created),
                      core::epoch_ms(session.created), core::epoch_ms(session.expires), session.address);
}

std::optional<SignedIn> SessionStore::use(std::string_view token_hash, core::Instant now,
                                          core::Seconds idle) {
    const auto connection = database_.acquire();
    auto found = connection->select_one<SignedIn>(find_session, token_hash);
    if (!found) return std::nullopt;
    const std::int64_t now_ms = core::epoch_ms(now);
    const std::int64_t idle_ms = core::Milliseconds(idle).count();
    if (now_ms >= found->expires_ms || now_ms - found->last_used_ms >= idle_ms) return std::nullopt;
    if (now_ms - found->last_used_ms >= touch_after_ms)
        connection->execute(touch_session, now_ms, token_hash);
    return found;
}

std::optional<std::string> SessionStore::end(std::string_view token_hash) {
    const auto connection = database_.acquire();
    const auto found = connection->select_one<SignedIn>(find_session, token_hash);
    connection->execute(delete_session, token_hash);
    if (!found) return std::nullopt;
    return found->username;
}

void SessionStore::sweep(core::Instant now) {
    database_.execute(delete_expired, core::epoch_ms(now));
}

void end_sessions(Connection& connection, std::int64_t account_id) {
    connection.execute(delete_of_account, account_id);
}

}  // namespace silaware::storage
