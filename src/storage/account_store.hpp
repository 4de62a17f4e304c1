#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/page.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

struct Account {
    std::int64_t id = 0;
    std::string username = {};
    std::string email = {};
    std::string role = {};  ///< "admin" or "user"
    std::int64_t created_ms = 0;
    std::optional<std::string> language = {};
    std::int64_t password_changed_ms = 0;
    std::optional<std::int64_t> last_login_ms = {};
    std::optional<std::int64_t> previous_login_ms = {};
    std::optional<std::string> previous_login_address = {};
};

/// What sign-in compares with.
struct Credentials {
    std::int64_t id = 0;
    std::string username = {};
    std::string role = {};
    std::string password_hash = {};
    std::int64_t password_changed_ms = 0;
};

struct NewAccount {
    std::string username;
    std::string email;
    std::string role;
    std::string password_hash;  ///< of auth::hash_password
};

/// What to change; what is empty stays.
struct AccountUpdate {
    std::optional<std::string> username = {};
    std::optional<std::string> email = {};
    std::optional<std::string> role = {};
    std::optional<std::string> password_hash = {};
};

/// The accounts. Changes are written together with their line in the audit log. Every method throws
/// DatabaseError; values must have passed auth/account_rules.
class AccountStore {
  public:
    explicit AccountStore(Database& database) : database_(database) {}

    /// The id; error `conflict` with the field whose value another account has.
    core::Result<std::int64_t> create(const NewAccount& account, const Change& change);
    /// Error `not_found`; `conflict` for a value that is taken, or if no admin would be left. A new password
    /// ends the account's sessions and the wait that wrong passwords under its name have earned.
    core::Result<Account> update(std::int64_t id, const AccountUpdate& update, const Change& change);
    /// Uses up a link of PasswordResetStore and sets the password in one: whatever fails, the link still
    /// works or the password is set. The account counts as the author of `change`. False for a link that
    /// works no more.
    bool set_password_by_link(std::string_view token_hash, std::string_view password_hash,
                              const Change& change);
    /// Error `not_found`; `conflict` if no admin would be left. Its sessions and tokens end too.
    core::Result<void> remove(std::int64_t id, const Change& change);

    std::optional<Account> find(std::int64_t id) const;
    /// By name without case; where an older system let several have it, the exact spelling first.
    std::optional<Account> find_by_name(std::string_view username) const;
    std::optional<Account> find_by_email(std::string_view email) const;
    core::Page<Account> list(const core::PageRequest& request) const;
    bool is_empty() const;

    /// All that `username` may mean: one, or several of an older system.
    std::vector<Credentials> credentials(std::string_view username) const;
    std::optional<Credentials> credentials(std::int64_t id) const;
    /// Stores a password again in today's format: no change to the user.
    void rehash(std::int64_t id, std::string_view old_hash, std::string_view new_hash);
    /// Notes a sign-in, here and in the audit log; `way` is how ("form", "json").
    void record_login(std::int64_t id, const Change& change, const std::string& way);
    void set_language(std::int64_t id, std::string_view language);

  private:
    Database& database_;
};

}  // namespace silaware::storage
