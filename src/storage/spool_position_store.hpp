#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/database.hpp"

namespace silaware::storage {

/// How far a spool is stored, and what became of its messages since the spool was made.
struct SpoolPosition {
    std::int64_t position = 0;
    std::int64_t stored = 0;
    std::int64_t duplicates = 0;
    std::int64_t quarantined = 0;
};

/// None for a spool that was never stored from; locked until the end of the transaction. Throws
/// DatabaseError.
std::optional<SpoolPosition> lock_spool_position(Connection& connection, const std::string& spool_id);
/// Throws DatabaseError.
void save_spool_position(Connection& connection, const std::string& spool_id, const SpoolPosition& position);

}  // namespace silaware::storage
