#pragma once

#include <string>

#include "storage/database.hpp"

namespace silaware::storage {

/// Makes the columns of an older system's `table` take what rows of ours hold, by the first migration's
/// definition of `definition`: nothing, where a value may be missing, and fractions, where they were counted
/// in whole numbers. A column that is not specified, and had to be filled, may stay empty. Throws
/// DatabaseError.
void fit_columns(Connection& connection, const std::string& table, std::string_view definition);

}  // namespace silaware::storage
