#pragma once

#include <string>

#include "spool/sqlite.hpp"

namespace silaware::spool {

/// Creates the tables of a new file; throws SqliteError, or std::runtime_error for a file that is not a spool
/// or was written by a newer version.
void prepare_schema(Connection& connection);

/// 32 hex digits.
std::string random_id();

}  // namespace silaware::spool
