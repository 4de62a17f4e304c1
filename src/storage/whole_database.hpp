#pragma once

#include <cstdint>
#include <optional>

#include "storage/database.hpp"

namespace silaware::storage {

/// How many tables the database has.
std::int64_t table_count(Connection& connection);

/// Changes nothing. Throws DatabaseError if rows could not be changed either: the server is read-only, or
/// rights are missing.
void try_to_write(Connection& connection);

/// Empties the database: every table and view in it goes. Can't be undone.
void drop_all_tables(Connection& connection);

/// When an ingest process last wrote its counters, in epoch milliseconds; nothing in a database without any.
std::optional<std::int64_t> newest_ingest_ms(Connection& connection);

}  // namespace silaware::storage
