#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// One numbered step of the schema. Every statement of it can run again, so an interrupted one is simply
/// repeated.
struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

/// The files of db/migrations, in order.
const std::vector<Migration>& embedded_migrations();

/// The newest migration this program knows.
int newest_schema_version();

/// What a database has been through; 0 for one without any of our migrations. Throws DatabaseError.
int schema_version(Connection& connection);

/// Tables of other programs with names that this one gives to its own; only before the first migration.
std::vector<std::string> tables_in_the_way(Connection& connection);
/// Error `conflict` for a database that a newer program has migrated.
core::Result<void> require_known_schema(Connection& connection);
/// Nothing, or why this program can't work on the database and which command helps.
core::Result<void> require_current_schema(Connection& connection);

/// True while the upgrade of an older system's database is under way or was interrupted.
bool upgrade_unfinished(Connection& connection);

/// `sql` with the collation of device ids that this server has in place of @ID_COLLATION@.
std::string with_id_collation(Connection& connection, std::string_view sql);

/// Whether the server has the database named in `options`. Throws DatabaseError.
bool database_exists(const DatabaseOptions& options);
/// Creates the database named in `options` if it is missing; true if it was. Throws DatabaseError.
bool create_database_if_missing(const DatabaseOptions& options);

/// What the server calls itself. Throws DatabaseError.
std::string server_version(Connection& connection);

/// The migrations that the database has not been through, in order; their numbers have gaps, and one that was
/// written beside others may be lower than theirs.
std::vector<Migration> pending_migrations(Connection& connection);

/// Runs what is pending, one process at a time; `report` is told each step's name before it starts. Error
/// `conflict` when the database is newer than this program. Throws DatabaseError.
core::Result<void> migrate(Connection& connection, const std::function<void(const std::string&)>& report);

}  // namespace silaware::storage
