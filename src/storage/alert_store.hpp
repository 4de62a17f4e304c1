#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device_id.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// The unique key of a condition while it is open, so that it can't be open twice.
std::string alert_key(std::string_view kind, const std::string& device);

struct NewAlert {
    std::string kind;
    std::string device;  ///< a device id, or what else the condition is about
    std::string message;
    std::optional<double> value;
    std::optional<double> limit;
    core::Instant since;                  ///< when the condition began
    std::optional<core::Instant> raised;  ///< none: pending, it has not lasted long enough yet
};

/// An alert that is not cleared, as what judges it needs it.
struct OpenAlert {
    std::int64_t id = 0;
    std::string kind;
    std::string device;
    std::string open_key;
    std::string message;
    std::optional<double> value;
    std::optional<double> limit;
    std::string state;  ///< pending, raised, acknowledged
    std::optional<std::int64_t> pending_since_ms;
    std::optional<std::int64_t> raised_ms;
    std::optional<std::int64_t> notified_ms;
    std::optional<std::int64_t> digest_due_ms;
};

// Each of these answers whether it was this caller who made the step: two processes that judge the same
// condition at once both try, one succeeds, and only that one notifies. All run in the caller's transaction
// and throw DatabaseError.

/// The open alerts of a kind, or of two, in the order they were opened.
std::vector<OpenAlert> open_alerts(Connection& connection, std::string_view kind,
                                   std::string_view other_kind = {});
/// The open alert of a kind about a device.
std::optional<OpenAlert> open_alert(Connection& connection, std::string_view kind, const std::string& device);
/// The alerts that wait for a digest that is due.
std::vector<OpenAlert> alerts_for_digest(Connection& connection, core::Instant now);

/// The id; none if the condition is open already.
std::optional<std::int64_t> open_alert(Connection& connection, const NewAlert& alert);
/// Pending becomes raised.
bool raise_alert(Connection& connection, std::int64_t id, const NewAlert& alert);
/// What was pending did not last.
bool drop_alert(Connection& connection, std::int64_t id);
/// Moves the time of the last notification on, from what it was read as; also the value it tells.
bool note_reminder(Connection& connection, const OpenAlert& alert, double value, core::Instant now);
/// The condition is over.
bool clear_alert(Connection& connection, std::int64_t id, core::Instant now);
/// A mail about it is in the outbox.
void note_notified(Connection& connection, std::int64_t id, core::Instant now);
/// It goes out in the digest at `due`.
void hold_for_digest(Connection& connection, std::int64_t id, core::Instant due);
/// Takes an alert out of the digest's queue.
bool take_for_digest(Connection& connection, std::int64_t id, core::Instant now);

}  // namespace silaware::storage
