#pragma once

#include <cstdint>
#include <string>

#include "core/page.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// A message that could not be taken, as it is listed.
struct QuarantinedMessage {
    std::int64_t id = 0;
    std::string topic;
    std::string reason;
    std::string payload;  ///< any bytes
    std::int64_t received_ms = 0;
};

/// Newest first; `topic` empty lets all through, `request.search` looks into topic, reason and payload.
/// Throws DatabaseError.
core::Page<QuarantinedMessage> find_quarantined(Connection& connection, const std::string& topic,
                                                const core::PageRequest& request);

}  // namespace silaware::storage
