#pragma once

#include <cstdint>

#include "storage/database.hpp"

// Which messages with the retain flag were stored once: brokers send them again at each subscribing. By the
// hash of topic and bytes. All functions throw DatabaseError.
namespace silaware::storage {

bool retained_before(Connection& connection, std::int64_t message_hash);
void remember_retained(Connection& connection, std::int64_t message_hash, std::int64_t now_ms);

}  // namespace silaware::storage
