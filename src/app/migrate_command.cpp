#include <unistd.h>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "storage/migrations.hpp"

namespace silaware::app {

namespace {

int list_pending(const storage::DatabaseOptions& options) {
    storage::DatabaseOptions server = options;
    server.name.clear();
    const auto exists = storage::Database(server).select_one<std::int64_t>(
        "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?", options.name);
    if (exists.value_or(0) == 0) {
        fmt::print("would create the database {}\n", options.name);
        for (const auto& migration : storage::embedded_migrations())
            fmt::print("would run {}\n", migration.name);
        return Exit::ok;
    }
    storage::Database database(options);
    const auto pending = storage::pending_migrations(*database.acquire());
    for (const auto& migration : pending)
        fmt::print("would run {}\n", migration.name);
    if (pending.empty()) fmt::print("nothing to do: schema {}\n", storage::newest_schema_version());
    return Exit::ok;
}

}  // namespace

int run_migrate(const Settings& settings, bool dry_run) {
    storage::DatabaseOptions options = database_options(settings);
    options.io_timeout = std::chrono::hours(24);  // an ALTER of a large table takes its time
    if (dry_run) return list_pending(options);
    if (storage::create_database_if_missing(options)) fmt::print("created the database {}\n", options.name);
    storage::Database database(options);
    const auto migrated = storage::migrate(*database.acquire(), [](const std::string& step) {
        fmt::print("migrating: {}\n", step);
        std::fflush(stdout);
    });
    if (!migrated) {
        fmt::print(stderr, "silaware: {}\n", migrated.error().message);
        return Exit::failed;
    }
    fmt::print("the database {} is at schema {}\n", options.name, storage::newest_schema_version());
    return Exit::ok;
}

}  // namespace silaware::app
