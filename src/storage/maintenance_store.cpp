#include "storage/maintenance_store.hpp"

#include "core/text.hpp"
#include "storage/alert_store.hpp"

namespace silaware::storage {

namespace {

// Locking reads see what is committed now: a transaction that began before the limit was changed must not
// judge by the old one.
constexpr std::string_view read_limit =
    "SELECT utils_min_duration FROM settings WHERE id = 1 LOCK IN SHARE MODE";
constexpr std::string_view read_record = R"(
    SELECT serviced_at_seconds, notified_multiple, notified_limit_hours
      FROM run_totals WHERE device_id = ? FOR UPDATE)";
constexpr std::string_view save_record = R"(
    UPDATE run_totals SET notified_multiple = ?, notified_limit_hours = ? WHERE device_id = ?)";
constexpr std::string_view insert_log = R"(
    INSERT INTO utils_notification_log (mac_address, multiple, total_run, timestamp)
    VALUES (?, ?, ?, FROM_UNIXTIME(? / 1000)))";
constexpr std::string_view lock_totals = R"(
    SELECT k.uid, t.total_seconds, t.serviced_at_seconds
      FROM known_devices k JOIN run_totals t ON t.device_id = k.id WHERE k.uid = ? FOR UPDATE)";
constexpr std::string_view reset_count = R"(
    UPDATE run_totals t JOIN known_devices k ON k.id = t.device_id
       SET t.serviced_at_seconds = t.total_seconds, t.notified_multiple = 0 WHERE k.uid = ?)";

struct RecordRow {
    std::int64_t serviced_at_seconds;
    std::int64_t notified_multiple;
    std::optional<double> notified_limit_hours;
};

struct TotalsRow {
    std::string uid;
    std::int64_t total_seconds;
    std::int64_t serviced_at_seconds;
};

}  // namespace

std::optional<double> maintenance_limit_hours(Connection& connection) {
    const auto hours = connection.select_one<std::optional<float>>(read_limit).value_or(std::nullopt);
    return hours ? std::optional(core::widen(*hours)) : std::nullopt;
}

MaintenanceRecord maintenance_record(Connection& connection, KnownDeviceId machine) {
    const auto row = connection.select_one<RecordRow>(read_record, machine);
    if (!row) return {};
    MaintenanceRecord record{row->serviced_at_seconds, std::nullopt};
    if (row->notified_limit_hours) {
        record.state = domain::MaintenanceState{domain::maintenance_limit_ms(*row->notified_limit_hours),
                                                row->notified_multiple};
    }
    return record;
}

void save_maintenance(Connection& connection, KnownDeviceId machine, const domain::MaintenanceState& state,
                      double limit_hours) {
    connection.execute(save_record, state.notified, limit_hours, machine);
}

void log_notification(Connection& connection, const std::string& mac_address, std::int64_t multiple,
                      std::int64_t total_seconds, core::Instant now) {
    connection.execute(insert_log, mac_address, multiple, total_seconds, core::epoch_ms(now));
}

core::Result<void> mark_serviced(Database& database, const core::DeviceId& machine, const Change& change) {
    return database.transaction([&](Connection& connection) -> core::Result<void> {
        const auto totals = connection.select_one<TotalsRow>(lock_totals, machine.text());
        if (!totals)
            return core::fail(core::ErrorCode::not_found, "This machine has not reported a run yet.");
        connection.execute(reset_count, machine.text());
        if (const auto alert = open_alert(connection, "maintenance", totals->uid)) {
            clear_alert(connection, alert->id, change.at);
        }
        record_audit(connection, change, "machine.serviced", totals->uid,
                     {{"serviced_at_seconds", std::to_string(totals->serviced_at_seconds)}},
                     {{"serviced_at_seconds", std::to_string(totals->total_seconds)}});
        return {};
    });
}

}  // namespace silaware::storage
