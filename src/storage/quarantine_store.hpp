#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.hpp"

namespace silaware::storage {

/// A message that could not be taken, on its way to the table. The views must outlive the call.
struct QuarantineRow {
    std::string topic;         ///< UTF-8
    std::string_view payload;  ///< any bytes
    std::string reason;        ///< UTF-8, a sentence
    std::int64_t message_hash;
    std::int64_t received_ms;
};

/// Keeps the first 64 KiB of each payload. Throws DatabaseError.
void insert_quarantine(Connection& connection, std::vector<QuarantineRow> rows);
/// True if a message with these bytes (by their hash) is in quarantine. Throws DatabaseError.
bool quarantined_before(Connection& connection, std::int64_t message_hash);

}  // namespace silaware::storage
