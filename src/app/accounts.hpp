#pragma once

#include <optional>
#include <string>

#include "app/settings.hpp"
#include "core/error.hpp"
#include "storage/database.hpp"

// Accounts as the command line makes them.
namespace silaware::app {

struct ChosenPassword {
    std::string text;
    bool was_made = false;  ///< not given by the user: to be printed once
};
ChosenPassword choose_password(const std::optional<std::string>& given);

struct AccountIdentity {
    std::string name;
    std::string email;
    std::string role;
};
/// Error `invalid` or `conflict` with the fields.
core::Result<void> create_account(storage::Database& database, const Settings& settings,
                                  const AccountIdentity& identity, const std::string& password);
core::Result<void> reset_password(storage::Database& database, const Settings& settings,
                                  const std::string& name, const std::string& password);

/// Error `invalid` if ADMIN_PASSWORD is set to what no password may be.
core::Result<void> check_admin_password();
/// Makes the account `admin` if there is no account yet, with ADMIN_PASSWORD or a password that is printed
/// once.
core::Result<void> create_first_admin(storage::Database& database, const Settings& settings);

}  // namespace silaware::app
