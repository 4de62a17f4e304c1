#include "storage/api_token_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t most_tokens = 50;
constexpr std::int64_t touch_after_ms = 60'000;

constexpr std::string_view lock_account = "SELECT id FROM accounts WHERE id = ? FOR UPDATE";
// A new password is there to lock somebody out: the tokens that were made under the old one go with it.
constexpr std::string_view forget_outlived = R"(
    DELETE t FROM api_tokens t JOIN accounts a ON a.id = t.account_id
     WHERE t.account_id = ? AND t.created_ms < a.password_changed_ms)";
constexpr std::string_view count_tokens = "SELECT COUNT(*) FROM api_tokens WHERE account_id = ?";
constexpr std::string_view insert_token =
    "INSERT INTO api_tokens (account_id, name, token_hash, scope, created_ms) VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view list_tokens = R"(
    SELECT t.id, t.name, t.scope, t.created_ms, t.last_used_ms
      FROM api_tokens t JOIN accounts a ON a.id = t.account_id
     WHERE t.account_id = ? AND t.created_ms >= a.password_changed_ms ORDER BY t.id)";
constexpr std::string_view find_token = R"(
    SELECT id, name, scope, created_ms, last_used_ms FROM api_tokens WHERE account_id = ? AND id = ? FOR UPDATE)";
constexpr std::string_view delete_token = "DELETE FROM api_tokens WHERE account_id = ? AND id = ?";
constexpr std::string_view find_use = R"(
    SELECT a.id, a.username, a.role, a.language, t.scope
      FROM api_tokens t JOIN accounts a ON a.id = t.account_id
     WHERE t.token_hash = ? AND t.created_ms >= a.password_changed_ms)";
constexpr std::string_view touch_token = R"(
    UPDATE api_tokens SET last_used_ms = ? WHERE token_hash = ? AND COALESCE(last_used_ms, 0) < ?)";

}  // namespace

core::Result<ApiToken> ApiTokenStore::create(std::int64_t account_id, const std::string& name,
                                             const std::string& scope, std::string_view token_hash,
                                             const Change& change) {
    return database_.transaction([&](Connection& connection) -> core::Result<ApiToken> {
        connection.select<std::int64_t>(lock_account, account_id);
        connection.execute(forget_outlived, account_id);
        if (connection.select_one<std::int64_t>(count_tokens, account_id).value_or(0) >= most_tokens) {
            return core::fail(core::ErrorCode::conflict,
                              "An account has at most 50 tokens: revoke one first.");
        }
        ApiToken token{0, name, scope, core::epoch_ms(change.at), std::nullopt};
        connection.execute(insert_token, account_id, name, token_hash, scope, token.created_ms);
        token.id = static_cast<std::int64_t>(connection.last_insert_id());
        record_audit(connection, change, "token.create", name, {}, {{"name", name}, {"scope", scope}});
        return token;
    });
}

core::Result<void> ApiTokenStore::remove(std::int64_t account_id, std::int64_t id, const Change& change) {
    return database_.transaction([&](Connection& connection) -> core::Result<void> {
        const auto token = connection.select_one<ApiToken>(find_token, account_id, id);
        if (!token) return core::fail(core::ErrorCode::not_found, "You have no such token.");
        connection.execute(delete_token, account_id, id);
        record_audit(connection, change, "token.revoke", token->name,
                     {{"name", token->name}, {"scope", token->scope}});
        return {};
    });
}

std::vector<ApiToken> ApiTokenStore::list(std::int64_t account_id) const {
    return database_.select<ApiToken>(list_tokens, account_id);
}

std::optional<TokenUse> ApiTokenStore::use(std::string_view token_hash, core::Instant now) {
    const auto connection = database_.acquire();
    auto found = connection->select_one<TokenUse>(find_use, token_hash);
    if (!found) return std::nullopt;
    const std::int64_t now_ms = core::epoch_ms(now);
    connection->execute(touch_token, now_ms, token_hash, now_ms - touch_after_ms);
    return found;
}

}  // namespace silaware::storage
