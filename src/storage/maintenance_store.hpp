#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/time.hpp"
#include "domain/maintenance.hpp"
#include "storage/audit_store.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// What a machine was last notified of, and the run seconds at its last service.
struct MaintenanceRecord {
    std::int64_t serviced_at_seconds = 0;
    std::optional<domain::MaintenanceState> state;
};

// All throw DatabaseError and, but for `mark_serviced`, run in the caller's transaction.

/// The limit in hours as it is now in the settings (not as it was when the transaction began), none if it is
/// not set. It can't change until the transaction ends.
std::optional<double> maintenance_limit_hours(Connection& connection);
/// Zeros for a machine that never ran. Locked until the end of the transaction.
MaintenanceRecord maintenance_record(Connection& connection, KnownDeviceId machine);
/// `limit_hours` is the one that `state` was decided under.
void save_maintenance(Connection& connection, KnownDeviceId machine, const domain::MaintenanceState& state,
                      double limit_hours);
/// A line of `utils_notification_log`: the multiple that was passed, the seconds run by then.
void log_notification(Connection& connection, const std::string& mac_address, std::int64_t multiple,
                      std::int64_t total_seconds, core::Instant now);

/// The machine was serviced: its hours count from zero again and its maintenance alert is cleared. Error
/// `not_found` if it never reported a run.
core::Result<void> mark_serviced(Database& database, const core::DeviceId& machine, const Change& change);

}  // namespace silaware::storage
