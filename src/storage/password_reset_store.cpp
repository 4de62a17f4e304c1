#include "storage/password_reset_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view delete_earlier =
    "DELETE FROM password_resets WHERE account_id = ? OR expires_ms < ?";
constexpr std::string_view insert_reset =
    "INSERT INTO password_resets (token_hash, account_id, expires_ms) VALUES (?, ?, ?)";
constexpr std::string_view select_reset =
    "SELECT account_id FROM password_resets WHERE token_hash = ? AND expires_ms > ?";
constexpr std::string_view delete_reset =
    "DELETE FROM password_resets WHERE token_hash = ? AND expires_ms > ?";
constexpr core::Seconds keep_expired{24 * 3600};

}  // namespace

void PasswordResetStore::create(std::string_view token_hash, std::int64_t account_id, core::Instant expires,
                                const std::function<void(Connection&)>& and_then) {
    database_.transaction([&](Connection& connection) {
        connection.execute(delete_earlier, account_id, core::epoch_ms(expires - keep_expired));
        connection.execute(insert_reset, token_hash, account_id, core::epoch_ms(expires));
        and_then(connection);
    });
}

std::optional<std::int64_t> PasswordResetStore::find(std::string_view token_hash, core::Instant now) const {
    return find_reset(*database_.acquire(), token_hash, now);
}

std::optional<std::int64_t> find_reset(Connection& connection, std::string_view token_hash,
                                       core::Instant now) {
    return connection.select_one<std::int64_t>(select_reset, token_hash, core::epoch_ms(now));
}

bool take_reset(Connection& connection, std::string_view token_hash, core::Instant now) {
    return connection.execute(delete_reset, token_hash, core::epoch_ms(now)) == 1;
}

}  // namespace silaware::storage
