#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/database.hpp"

namespace silaware::storage {

/// What a column of the older system holds, which decides how it is taken over.
enum class ColumnKind {
    row_id,
    device,       ///< a device id in any spelling
    meter_clock,  ///< the meter's wall clock, as a date or as text
    receipt,      ///< when the row came
    amount,       ///< a register that was a FLOAT
    number,       ///< a count that must not be NULL
    epoch,        ///< UTC seconds, or milliseconds
    wall_clock,   ///< site wall clock that must not be NULL
    duration,     ///< a time span, as TIME, seconds or text
    plain,        ///< taken as it is
};

struct OlderColumn {
    std::string_view name;
    ColumnKind kind;
};

struct OlderTable {
    std::string_view name;
    std::vector<OlderColumn> columns;
};

/// The tables that are copied.
const std::vector<OlderTable>& copied_tables();

/// A column as the server has it.
struct ServerColumn {
    std::string name;
    std::string type;  ///< "int", "float", "datetime", "varchar" …
};
/// In their order; none if there is no such table. These two throw DatabaseError.
std::vector<ServerColumn> columns_of(Connection& connection, const std::string& table);
bool table_exists(Connection& connection, const std::string& table);

/// The columns, but for the key, that the first migration gives to `definition`: "voltage FLOAT NULL".
std::vector<std::string> specified_columns(std::string_view definition);
/// "ALTER TABLE `table` ADD COLUMN IF NOT EXISTS …" for each of them.
std::string add_specified_columns(const std::string& table, std::string_view definition);
/// What the second migration does to `definition`, done to `table`.
std::string widen_and_index(Connection& connection, const std::string& table, std::string_view definition);

}  // namespace silaware::storage
