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

/// Keeps the first 64 KiB of each payload.
void insert_quarantine(Connection& connection, std::vector<QuarantineRow> rows);

bool quarantined_before(Connection& connection, std::int64_t message_hash);

/// Of a message that came with the retain flag.
bool retained_before(Connection& connection, std::int64_t message_hash);
void remember_retained(Connection& connection, std::int64_t message_hash, std::int64_t now_ms);

}  // namespace silaware::storage
