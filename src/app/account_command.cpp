#include <poll.h>
#include <unistd.h>

#include <iostream>

#include <fmt/format.h>

#include "app/accounts.hpp"
#include "app/commands.hpp"
#include "app/environment.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

/// The first line of stdin if it is piped in; nothing from a terminal or when there is nothing.
std::optional<std::string> password_from_stdin() {
    if (isatty(STDIN_FILENO)) return std::nullopt;
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line.empty() ? std::nullopt : std::optional(line);
}

void print_password(const std::string& name, const ChosenPassword& password) {
    if (password.was_made) fmt::print("password of {}: {}\n", name, password.text);
}

}  // namespace

int run_account_create(const Settings& settings, const AccountOptions& options) {
    storage::Database database(database_options(settings));
    if (const auto schema = storage::require_current_schema(*database.acquire()); !schema)
        return complain(schema.error());
    const ChosenPassword password = choose_password(password_from_stdin());
    const auto created =
        create_account(database, settings, {options.name, options.email, options.role}, password.text);
    if (!created) return complain(created.error());
    fmt::print("created the account {} ({})\n", options.name, options.role);
    print_password(options.name, password);
    return Exit::ok;
}

int run_account_reset_password(const Settings& settings, const AccountOptions& options) {
    storage::Database database(database_options(settings));
    if (const auto schema = storage::require_current_schema(*database.acquire()); !schema)
        return complain(schema.error());
    const ChosenPassword password = choose_password(password_from_stdin());
    const auto reset = reset_password(database, settings, options.name, password.text);
    if (!reset) return complain(reset.error());
    fmt::print("the password of {} is changed; its sessions are ended\n", options.name);
    print_password(options.name, password);
    return Exit::ok;
}

}  // namespace silaware::app
