#pragma once

#include <functional>
#include <string_view>

#include "storage/database.hpp"

namespace silaware::storage {

/// All rows of all tables as INSERT statements, as of one moment, without holding anybody up: `sink` gets
/// them piece by piece. Every value comes back to the bit; MariaDB's own dump writes six digits of a FLOAT.
/// Generated columns are left out. Throws DatabaseError.
void write_rows_as_sql(Connection& connection, const std::function<void(std::string_view)>& sink);

}  // namespace silaware::storage
