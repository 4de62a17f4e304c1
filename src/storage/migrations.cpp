#include "storage/migrations.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "storage/server_lock.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view create_versions = R"(
    CREATE TABLE IF NOT EXISTS schema_migrations (
      number INT NOT NULL PRIMARY KEY,
      name VARCHAR(100) NOT NULL,
      applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4)";

constexpr std::string_view find_versions = R"(
    SELECT COUNT(*) FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = 'schema_migrations')";

constexpr std::string_view find_done = "SELECT number FROM schema_migrations";
constexpr std::string_view find_newest = "SELECT COALESCE(MAX(number), 0) FROM schema_migrations";
constexpr std::string_view record_step = "REPLACE INTO schema_migrations (number, name) VALUES (?, ?)";

// Case-blind but accent-aware where the server has such a collation: MariaDB 10.10 on, then MySQL's spelling.
constexpr std::string_view find_collation = R"(
    SELECT collation_name FROM information_schema.collations
     WHERE collation_name IN ('uca1400_as_ci', 'utf8mb4_uca1400_as_ci', 'utf8mb4_0900_as_ci')
     ORDER BY collation_name DESC LIMIT 1)";

constexpr std::string_view count_schemata =
    "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?";
constexpr std::chrono::seconds lock_patience{600};

std::string id_collation(Connection& connection) {
    auto name = connection.select_one<std::string>(find_collation).value_or("utf8mb4_unicode_ci");
    return name == "uca1400_as_ci" ? "utf8mb4_uca1400_as_ci" : name;
}

std::string with_collation(std::string_view sql, const std::string& collation) {
    constexpr std::string_view mark = "@ID_COLLATION@";
    std::string text(sql);
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), collation);
    }
    return text;
}

constexpr std::string_view find_upgrade = R"(
    SELECT COUNT(*) FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = 'upgrade_steps')";

}  // namespace

core::Result<void> require_known_schema(Connection& connection) {
    const int version = schema_version(connection);
    if (version <= newest_schema_version()) return {};
    return core::fail(
        core::ErrorCode::conflict,
        fmt::format("the database is at schema {} but this silaware knows only {}: install the newer "
                    "silaware that migrated it",
                    version, newest_schema_version()));
}

int newest_schema_version() {
    return embedded_migrations().back().number;
}

int schema_version(Connection& connection) {
    if (connection.select_one<std::int64_t>(find_versions).value_or(0) == 0) return 0;
    return connection.select_one<int>(find_newest).value_or(0);
}

core::Result<void> require_current_schema(Connection& connection) {
    if (auto known = require_known_schema(connection); !known) return known;
    const int version = schema_version(connection);
    if (version < newest_schema_version()) {
        return core::fail(
            core::ErrorCode::conflict,
            fmt::format("the database is at schema {}, this silaware needs {}: run \"silaware migrate\"",
                        version, newest_schema_version()));
    }
    if (const auto pending = pending_migrations(connection); !pending.empty()) {
        return core::fail(
            core::ErrorCode::conflict,
            fmt::format("the database lacks the change {}: run \"silaware migrate\"", pending.front().name));
    }
    if (upgrade_unfinished(connection)) {
        return core::fail(core::ErrorCode::conflict,
                          "the upgrade of the database was interrupted: run \"silaware migrate\"");
    }
    return {};
}

bool upgrade_unfinished(Connection& connection) {
    return connection.select_one<std::int64_t>(find_upgrade).value_or(0) > 0;
}

std::string with_id_collation(Connection& connection, std::string_view sql) {
    return with_collation(sql, id_collation(connection));
}

bool database_exists(const DatabaseOptions& options) {
    DatabaseOptions server = options;
    server.name.clear();
    return Database(server).select_one<std::int64_t>(count_schemata, options.name).value_or(0) > 0;
}

bool create_database_if_missing(const DatabaseOptions& options) {
    if (database_exists(options)) return false;
    DatabaseOptions server = options;
    server.name.clear();
    // Another process may make it in this moment.
    Database(server).acquire()->run_script(
        fmt::format("CREATE DATABASE IF NOT EXISTS {} CHARACTER SET utf8mb4", quoted_name(options.name)));
    return true;
}

std::string server_version(Connection& connection) {
    return connection.select_one<std::string>("SELECT VERSION()").value_or("?");
}

std::vector<Migration> pending_migrations(Connection& connection) {
    std::vector<int> done;
    if (schema_version(connection) > 0) done = connection.select<int>(find_done);
    std::vector<Migration> pending;
    for (const Migration& migration : embedded_migrations()) {
        if (std::find(done.begin(), done.end(), migration.number) == done.end()) pending.push_back(migration);
    }
    return pending;
}

std::vector<std::string> tables_in_the_way(Connection& connection) {
    constexpr std::string_view create = "CREATE TABLE IF NOT EXISTS ";
    constexpr std::string_view find = R"(
        SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?)";
    const auto exists = [&](const std::string& table) {
        return connection.select_one<std::int64_t>(find, table).value_or(0) > 0;
    };
    std::vector<std::string> found;
    // A table that only we have: then the others are ours, too, whatever became of the record of it.
    if (schema_version(connection) > 0 || exists("known_devices")) return found;
    const auto& migrations = embedded_migrations();
    // The first makes the specified tables, which an older system may have filled.
    for (auto migration = migrations.begin() + 1; migration != migrations.end(); ++migration) {
        const std::string_view sql = migration->sql;
        for (auto at = sql.find(create); at != sql.npos; at = sql.find(create, at)) {
            at += create.size();
            const std::string table(sql.substr(at, sql.find(' ', at) - at));
            if (exists(table)) found.push_back(table);
        }
    }
    return found;
}

core::Result<void> migrate(Connection& connection, const std::function<void(const std::string&)>& report) {
    const ServerLock lock(connection, "migrate", lock_patience);
    if (!lock.held()) {
        return core::fail(
            core::ErrorCode::unavailable,
            "another process has been migrating this database for 10 minutes: try again when it is done");
    }
    if (auto known = require_known_schema(connection); !known) return known;
    if (const auto others = tables_in_the_way(connection); !others.empty()) {
        return core::fail(
            core::ErrorCode::conflict,
            fmt::format("another program has a table {0} in this database: RENAME TABLE {0} TO …, or "
                        "use another database (DB_NAME)",
                        others.front()));
    }
    connection.run_script(create_versions);
    const std::string collation = id_collation(connection);
    for (const Migration& migration : pending_migrations(connection)) {
        report(std::string(migration.name));
        connection.run_script(with_collation(migration.sql, collation));
        connection.execute(record_step, migration.number, migration.name);
    }
    return {};
}

}  // namespace silaware::storage
