#include "storage/upgrade_accounts.hpp"

#include <fmt/format.h>

#include "auth/account_rules.hpp"
#include "auth/password.hpp"
#include "core/device_id.hpp"
#include "core/text.hpp"

namespace silaware::storage {

namespace {

struct Keyless {
    std::int64_t id;
    std::string value;
};

/// A column whose values must differ, and the column of what they are compared by.
struct UniqueColumn {
    std::string_view noun;
    std::string_view list_keyless;
    std::string_view set_key;
    std::string_view find_holder;
    std::string_view key_name;
};

constexpr UniqueColumn names{"user name",
                             "SELECT id, username FROM accounts WHERE username_key IS NULL ORDER BY id",
                             "UPDATE accounts SET username_key = ? WHERE id = ? AND username_key IS NULL",
                             "SELECT id FROM accounts WHERE username_key = ?", "accounts_username"};
constexpr UniqueColumn emails{
    "mail address", "SELECT id, email FROM accounts WHERE email_key IS NULL AND email <> '' ORDER BY id",
    "UPDATE accounts SET email_key = ? WHERE id = ? AND email_key IS NULL",
    "SELECT id FROM accounts WHERE email_key = ?", "accounts_email"};

constexpr std::string_view list_keyless_devices =
    "SELECT id, mac_address FROM devices WHERE mac_key IS NULL ORDER BY id";
constexpr std::string_view set_device_spelling = "UPDATE devices SET mac_address = ? WHERE id = ?";
constexpr std::string_view set_device_key = "UPDATE devices SET mac_key = ? WHERE id = ? AND mac_key IS NULL";
constexpr std::string_view find_device_key = "SELECT id FROM devices WHERE mac_key = ?";

constexpr std::string_view list_passwords = "SELECT id, password FROM accounts ORDER BY id";
constexpr std::string_view set_password = "UPDATE accounts SET password = ? WHERE id = ? AND password = ?";

/// False if another row has the key.
bool try_key(Database& database, std::string_view statement, std::string_view key_name,
             const std::string& key, std::int64_t id) {
    try {
        database.execute(statement, key, id);
        return true;
    } catch (const DatabaseError& error) {
        if (error.violates(key_name)) return false;
        throw;
    }
}

void fill(Database& database, const UniqueColumn& column, UpgradeNotes& notes) {
    for (const Keyless& row : database.select<Keyless>(column.list_keyless)) {
        const std::string key = auth::folded(row.value);
        if (try_key(database, column.set_key, column.key_name, key, row.id)) {
            ++notes.changed;
            continue;
        }
        const auto holder = database.select_one<std::int64_t>(column.find_holder, key).value_or(0);
        notes.problems.push_back(fmt::format("accounts {} and {} have the same {} \"{}\": both are kept",
                                             holder, row.id, column.noun, core::to_utf8(row.value)));
    }
}

}  // namespace

UpgradeNotes fill_account_keys(Database& database) {
    UpgradeNotes notes;
    fill(database, names, notes);
    fill(database, emails, notes);
    return notes;
}

UpgradeNotes fill_device_keys(Database& database) {
    UpgradeNotes notes;
    for (const Keyless& row : database.select<Keyless>(list_keyless_devices)) {
        const auto id = core::DeviceId::parse(row.value);
        if (!id) {
            notes.problems.push_back(fmt::format("device {} has an address that no device can have: \"{}\"",
                                                 row.id, core::to_utf8(row.value)));
            continue;
        }
        if (id->text() != row.value) database.execute(set_device_spelling, id->text(), row.id);
        if (try_key(database, set_device_key, "devices_mac", id->key(), row.id)) {
            ++notes.changed;
            continue;
        }
        const auto holder = database.select_one<std::int64_t>(find_device_key, id->key()).value_or(0);
        notes.problems.push_back(
            fmt::format("devices {} and {} are both \"{}\": both are kept", holder, row.id, id->text()));
    }
    return notes;
}

UpgradeNotes wrap_bare_passwords(Database& database,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress) {
    std::vector<Keyless> bare;
    for (auto& row : database.select<Keyless>(list_passwords)) {
        if (auth::is_bare(row.value)) bare.push_back(std::move(row));
    }
    UpgradeNotes notes;
    for (const Keyless& row : bare) {
        database.execute(set_password, auth::wrap(row.value), row.id, row.value);
        progress(++notes.changed, static_cast<std::int64_t>(bare.size()));
    }
    return notes;
}

}  // namespace silaware::storage
