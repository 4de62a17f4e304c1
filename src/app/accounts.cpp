#include "app/accounts.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "app/environment.hpp"
#include "auth/account_rules.hpp"
#include "core/clock.hpp"
#include "storage/account_store.hpp"

namespace silaware::app {

namespace {

storage::Change by_system() {
    return {"system", "command line", core::clock_now()};
}

std::string hashed(const Settings& settings, const std::string& password) {
    return auth::hash_password(password, portal_settings(settings).password_storage);
}

void check(core::Error& error, const std::string& field, const std::optional<std::string>& problem) {
    if (problem) error.fields[field] = *problem;
}

std::optional<std::string> given_admin_password() {
    const char* given = std::getenv("ADMIN_PASSWORD");
    return given != nullptr && *given != '\0' ? std::optional<std::string>(given) : std::nullopt;
}

}  // namespace

ChosenPassword choose_password(const std::optional<std::string>& given) {
    if (given) return {*given, false};
    return {auth::generate_password(), true};
}

core::Result<void> create_account(storage::Database& database, const Settings& settings,
                                  const AccountIdentity& identity, const std::string& password) {
    core::Error error{core::ErrorCode::invalid, "the account is not valid", {}};
    check(error, "username", auth::problem_with_username(identity.name));
    check(error, "email", auth::problem_with_email(identity.email));
    check(error, "role", auth::problem_with_role(identity.role));
    check(error, "password", auth::problem_with_password(password));
    if (!error.fields.empty()) return core::fail(error);
    const auto created = storage::AccountStore(database).create(
        {identity.name, identity.email, identity.role, hashed(settings, password)}, by_system());
    if (!created) return core::fail(created.error());
    return {};
}

core::Result<void> reset_password(storage::Database& database, const Settings& settings,
                                  const std::string& name, const std::string& password) {
    if (const auto problem = auth::problem_with_password(password)) {
        return core::fail(core::Error{core::ErrorCode::invalid, *problem, {{"password", *problem}}});
    }
    storage::AccountStore accounts(database);
    const auto account = accounts.find_by_name(name);
    if (!account)
        return core::fail(core::ErrorCode::not_found, fmt::format("there is no account \"{}\"", name));
    storage::AccountUpdate update;
    update.password_hash = hashed(settings, password);
    const auto changed = accounts.update(account->id, update, by_system());
    if (!changed) return core::fail(changed.error());
    return {};
}

core::Result<void> check_admin_password() {
    const auto given = given_admin_password();
    const auto problem = given ? auth::problem_with_password(*given) : std::nullopt;
    if (!problem) return {};
    return core::fail(core::ErrorCode::invalid, fmt::format("ADMIN_PASSWORD is not allowed: {}", *problem));
}

core::Result<void> create_first_admin(storage::Database& database, const Settings& settings) {
    if (!storage::AccountStore(database).is_empty()) return {};
    const ChosenPassword password = choose_password(given_admin_password());
    auto created = create_account(database, settings, {"admin", "admin@example.com", "admin"}, password.text);
    if (!created) return created;
    if (password.was_made) {
        fmt::print("\n  The first account: admin\n  Its password:      {}   (shown only now)\n\n",
                   password.text);
    } else {
        fmt::print("created the account admin with the password of ADMIN_PASSWORD\n");
    }
    std::fflush(stdout);
    return {};
}

}  // namespace silaware::app
