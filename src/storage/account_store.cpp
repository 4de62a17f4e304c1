#include "storage/account_store.hpp"

#include <algorithm>

#include "auth/account_rules.hpp"
#include "auth/rate_limit.hpp"
#include "storage/like.hpp"
#include "storage/login_failure_store.hpp"
#include "storage/password_reset_store.hpp"
#include "storage/session_store.hpp"

namespace silaware::storage {

namespace {

// "admin" in any case is the administrator, everything an older system may have written is a user.
constexpr std::string_view select_account = R"(
    SELECT id, username, email, IF(LOWER(role) = 'admin', 'admin', 'user'),
           CAST(UNIX_TIMESTAMP(createdDate) AS SIGNED) * 1000, language, password_changed_ms, last_login_ms,
           previous_login_ms, previous_login_address
      FROM accounts )";
constexpr std::string_view select_credentials = R"(
    SELECT id, username, IF(LOWER(role) = 'admin', 'admin', 'user'), password, password_changed_ms FROM accounts )";

constexpr std::string_view by_id = "WHERE id = ?";
constexpr std::string_view by_id_locked = "WHERE id = ? FOR UPDATE";
// Rows without a key are twins of an older system, or were put in by it later.
constexpr std::string_view by_name =
    "WHERE username_key = ? OR (username_key IS NULL AND LOWER(username) = ?)";
constexpr std::string_view by_email = "WHERE email_key = ? OR (email_key IS NULL AND LOWER(email) = ?)";
constexpr std::string_view by_search = R"(
    WHERE username LIKE ? ESCAPE '!' OR email LIKE ? ESCAPE '!' OR role LIKE ? ESCAPE '!')";

constexpr std::string_view insert_account = R"(
    INSERT INTO accounts (username, email, password, role, username_key, email_key, password_changed_ms, createdDate)
    VALUES (?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?)))";
constexpr std::string_view lock_admins = "SELECT id FROM accounts WHERE LOWER(role) = 'admin' FOR UPDATE";
constexpr std::string_view update_name_spelling = "UPDATE accounts SET username = ? WHERE id = ?";
constexpr std::string_view update_email_spelling = "UPDATE accounts SET email = ? WHERE id = ?";
constexpr std::string_view update_name = "UPDATE accounts SET username = ?, username_key = ? WHERE id = ?";
constexpr std::string_view update_email = "UPDATE accounts SET email = ?, email_key = ? WHERE id = ?";
constexpr std::string_view update_role = "UPDATE accounts SET role = ? WHERE id = ?";
// Always later than before, so that no two passwords of an account share a moment.
constexpr std::string_view update_password = R"(
    UPDATE accounts SET password = ?, password_changed_ms = GREATEST(?, password_changed_ms + 1) WHERE id = ?)";
constexpr std::string_view update_hash = "UPDATE accounts SET password = ? WHERE id = ? AND password = ?";
constexpr std::string_view update_login = R"(
    UPDATE accounts SET previous_login_ms = last_login_ms, previous_login_address = last_login_address,
                        last_login_ms = ?, last_login_address = ?
     WHERE id = ?)";
constexpr std::string_view update_language = "UPDATE accounts SET language = NULLIF(?, '') WHERE id = ?";
constexpr std::string_view delete_account = "DELETE FROM accounts WHERE id = ?";
constexpr std::string_view delete_tokens = "DELETE FROM api_tokens WHERE account_id = ?";
constexpr std::string_view delete_resets = "DELETE FROM password_resets WHERE account_id = ?";
constexpr std::string_view count_twins_of_name = R"(
    SELECT COUNT(*) FROM accounts WHERE username_key IS NULL AND LOWER(username) = ? AND id <> ?)";
constexpr std::string_view count_twins_of_email = R"(
    SELECT COUNT(*) FROM accounts WHERE email_key IS NULL AND LOWER(email) = ? AND id <> ?)";

std::string joined(std::string_view select, std::string_view where) {
    return std::string(select).append(where);
}

core::Error taken(const std::string& field) {
    const bool name = field == "username";
    return {core::ErrorCode::conflict,
            name ? "Another account has this user name." : "Another account has this mail address.",
            {{field, name ? "This user name is taken." : "This mail address is taken."}}};
}

core::Error last_admin() {
    return {core::ErrorCode::conflict,
            "This is the last admin: make another account admin first.",
            {{"role", "The last admin must stay admin."}}};
}

core::Error no_such_account() {
    return {core::ErrorCode::not_found, "There is no such account.", {}};
}

/// The outcome of `work`, with a violated unique key as an error of its field.
template <typename Work>
auto or_conflict(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const DatabaseError& error) {
        if (error.violates("accounts_username")) return core::fail(taken("username"));
        if (error.violates("accounts_email")) return core::fail(taken("email"));
        throw;
    }
}

bool has_keyless_twin(Connection& connection, std::string_view count_twins, const std::string& key,
                      std::int64_t id) {
    return connection.select_one<std::int64_t>(count_twins, key, id).value_or(0) > 0;
}

/// Held to the end of the transaction: two admins that leave at once do it one after the other.
bool is_last_admin(Connection& connection, std::int64_t id) {
    const auto admins = connection.select<std::int64_t>(lock_admins);
    return admins.size() == 1 && admins.front() == id;
}

Facts facts_of(const Account& account) {
    return {{"username", account.username}, {"email", account.email}, {"role", account.role}};
}

/// An expected failure inside a transaction, so that it is rolled back.
struct Refused {
    core::Error error;
};

/// How a value that must be unique is written.
struct UniqueValue {
    std::string_view field;
    std::string_view count_twins;
    std::string_view update;
    std::string_view update_spelling;
};
constexpr UniqueValue unique_name{"username", count_twins_of_name, update_name, update_name_spelling};
constexpr UniqueValue unique_email{"email", count_twins_of_email, update_email, update_email_spelling};

void apply_unique(Connection& connection, const UniqueValue& value, std::int64_t id,
                  const std::string& before, const std::string& after) {
    const std::string key = auth::folded(after);
    if (key == auth::folded(before)) {
        // A twin of an older system keeps living without a key.
        if (after != before) connection.execute(value.update_spelling, after, id);
        return;
    }
    if (has_keyless_twin(connection, value.count_twins, key, id))
        throw Refused{taken(std::string(value.field))};
    connection.execute(value.update, after, key, id);
}

void apply(Connection& connection, const Account& account, const AccountUpdate& update,
           const Change& change) {
    const std::int64_t id = account.id;
    if (update.username) apply_unique(connection, unique_name, id, account.username, *update.username);
    if (update.email) {
        apply_unique(connection, unique_email, id, account.email, *update.email);
        // Who reads the former mailbox may be somebody else by now.
        if (*update.email != account.email) connection.execute(delete_resets, id);
    }
    if (update.role && *update.role != account.role) {
        if (*update.role != "admin" && is_last_admin(connection, id)) throw Refused{last_admin()};
        connection.execute(update_role, *update.role, id);
    }
    if (update.password_hash) {
        connection.execute(update_password, *update.password_hash, core::epoch_ms(change.at), id);
        connection.execute(delete_resets, id);
        end_sessions(connection, id);
        // Who forgot it has tried it often.
        forget_failures(connection, auth::name_subject(update.username.value_or(account.username)));
    }
}

}  // namespace

core::Result<std::int64_t> AccountStore::create(const NewAccount& account, const Change& change) {
    using Outcome = core::Result<std::int64_t>;
    return or_conflict([&] {
        return database_.transaction([&](Connection& connection) -> Outcome {
            const std::string name_key = auth::folded(account.username);
            const std::string email_key = auth::folded(account.email);
            if (has_keyless_twin(connection, count_twins_of_name, name_key, 0))
                return core::fail(taken("username"));
            if (has_keyless_twin(connection, count_twins_of_email, email_key, 0))
                return core::fail(taken("email"));
            const std::int64_t now_ms = core::epoch_ms(change.at);
            connection.execute(insert_account, account.username, account.email, account.password_hash,
                               account.role, name_key, email_key, now_ms, now_ms / 1000);
            const auto id = static_cast<std::int64_t>(connection.last_insert_id());
            record_audit(connection, change, "account.create", account.username, {},
                         {{"username", account.username}, {"email", account.email}, {"role", account.role}});
            return id;
        });
    });
}

core::Result<Account> AccountStore::update(std::int64_t id, const AccountUpdate& update,
                                           const Change& change) {
    using Outcome = core::Result<Account>;
    return or_conflict([&]() -> Outcome {
        try {
            return database_.transaction([&](Connection& connection) -> Outcome {
                // Admins first, then the account: the same order in every transaction.
                if (update.role) connection.select<std::int64_t>(lock_admins);
                const auto account = connection.select_one<Account>(joined(select_account, by_id_locked), id);
                if (!account) return core::fail(no_such_account());
                apply(connection, *account, update, change);
                auto changed = connection.select_one<Account>(joined(select_account, by_id), id);
                Facts before = facts_of(*account);
                Facts after = facts_of(*changed);
                keep_differences(before, after);
                if (update.password_hash) after["password"] = "changed";
                if (!after.empty())
                    record_audit(connection, change, "account.update", account->username, before, after);
                return *changed;
            });
        } catch (const Refused& refused) {
            return core::fail(refused.error);
        }
    });
}

bool AccountStore::set_password_by_link(std::string_view token_hash, std::string_view password_hash,
                                        const Change& change) {
    const AccountUpdate update{.password_hash = std::string(password_hash)};
    return database_.transaction([&](Connection& connection) {
        // The account before the link: the same order as in update.
        const auto id = find_reset(connection, token_hash, change.at);
        const auto account = connection.select_one<Account>(joined(select_account, by_id_locked), id);
        if (!account || !take_reset(connection, token_hash, change.at)) return false;
        apply(connection, *account, update, change);
        const Change by_itself{account->username, change.address, change.at};
        record_audit(connection, by_itself, "account.update", account->username, {},
                     {{"password", "changed"}});
        return true;
    });
}

core::Result<void> AccountStore::remove(std::int64_t id, const Change& change) {
    using Outcome = core::Result<void>;
    return database_.transaction([&](Connection& connection) -> Outcome {
        const bool last = is_last_admin(connection, id);
        const auto account = connection.select_one<Account>(joined(select_account, by_id_locked), id);
        if (!account) return core::fail(no_such_account());
        if (last) return core::fail(last_admin());
        end_sessions(connection, id);
        connection.execute(delete_tokens, id);
        connection.execute(delete_resets, id);
        connection.execute(delete_account, id);
        record_audit(connection, change, "account.delete", account->username, facts_of(*account));
        return {};
    });
}

std::optional<Account> AccountStore::find(std::int64_t id) const {
    return database_.select_one<Account>(joined(select_account, by_id), id);
}

std::optional<Account> AccountStore::find_by_name(std::string_view username) const {
    const std::string key = auth::folded(username);
    auto found = database_.select<Account>(joined(select_account, by_name), key, key);
    if (found.empty()) return std::nullopt;
    const auto exact =
        std::find_if(found.begin(), found.end(), [&](const Account& a) { return a.username == username; });
    return exact != found.end() ? *exact : found.front();
}

std::optional<Account> AccountStore::find_by_email(std::string_view email) const {
    const std::string key = auth::folded(email);
    return database_.select_one<Account>(joined(select_account, by_email), key, key);
}

core::Page<Account> AccountStore::list(const core::PageRequest& request) const {
    const std::string pattern = like_pattern(request.search);
    core::Page<Account> page{{}, request.page, request.per_page, 0};
    page.total = database_
                     .select_one<std::int64_t>(joined("SELECT COUNT(*) FROM accounts ", by_search), pattern,
                                               pattern, pattern)
                     .value_or(0);
    page.items =
        database_.select<Account>(joined(select_account, by_search) + " ORDER BY id LIMIT ? OFFSET ?",
                                  pattern, pattern, pattern, request.per_page, request.offset());
    return page;
}

bool AccountStore::is_empty() const {
    return !database_.select_one<std::int64_t>("SELECT id FROM accounts LIMIT 1");
}

std::vector<Credentials> AccountStore::credentials(std::string_view username) const {
    const std::string key = auth::folded(username);
    auto found = database_.select<Credentials>(joined(select_credentials, by_name), key, key);
    std::stable_sort(found.begin(), found.end(), [&](const Credentials& a, const Credentials& b) {
        return (a.username == username) > (b.username == username);
    });
    return found;
}

std::optional<Credentials> AccountStore::credentials(std::int64_t id) const {
    return database_.select_one<Credentials>(joined(select_credentials, by_id), id);
}

void AccountStore::rehash(std::int64_t id, std::string_view old_hash, std::string_view new_hash) {
    database_.execute(update_hash, new_hash, id, old_hash);
}

void AccountStore::record_login(std::int64_t id, const Change& change, const std::string& way) {
    database_.transaction([&](Connection& connection) {
        connection.execute(update_login, core::epoch_ms(change.at), change.address, id);
        record_audit(connection, change, "login", change.account, {}, {{"way", way}});
    });
}

void AccountStore::set_language(std::int64_t id, std::string_view language) {
    database_.execute(update_language, language, id);
}

}  // namespace silaware::storage
