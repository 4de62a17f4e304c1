#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/page.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// An alert as it is listed.
struct ShownAlert {
    std::int64_t id = 0;
    std::string kind;
    std::string device;
    std::string message;
    std::optional<double> value;
    std::optional<double> limit;
    std::string state;  ///< raised, acknowledged, cleared
    std::optional<std::int64_t> raised_ms;
    std::optional<std::int64_t> notified_ms;
    std::optional<std::int64_t> acknowledged_ms;
    std::optional<std::string> acknowledged_by;
    std::optional<std::string> note;
    std::optional<std::int64_t> cleared_ms;
    std::string location;  ///< of the registered device, else empty
    std::string name;      ///< of the registered device, else empty
};

/// What to list; an empty text lets all through.
struct AlertFilter {
    std::string state = {};  ///< raised, acknowledged, cleared, or `open`: not cleared
    std::string kind = {};
    std::string device = {};  ///< as it is stored
};

/// Newest first, those that were raised; `request.search` looks into device, location, message and note.
/// Throws DatabaseError.
core::Page<ShownAlert> find_alerts(Connection& connection, const AlertFilter& filter,
                                   const core::PageRequest& request);

/// Those that were raised and are not cleared. Throws DatabaseError.
std::int64_t count_open_alerts(Connection& connection);

/// Error `not_found`; `conflict` if somebody was first. Throws DatabaseError.
core::Result<void> acknowledge_alert(Database& database, std::int64_t id, const std::string& note,
                                     const Change& change);

}  // namespace silaware::storage
