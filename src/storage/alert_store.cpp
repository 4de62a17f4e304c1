#include "storage/alert_store.hpp"

#include "core/text.hpp"

namespace silaware::storage {

namespace {

constexpr std::size_t longest_message = 500;

constexpr std::string_view columns = R"(
    SELECT id, kind, device, COALESCE(open_key, ''), message, value, limit_value, state, pending_since_ms,
           raised_ms, notified_ms, digest_due_ms FROM alerts )";
constexpr std::string_view insert_alert = R"(
    INSERT IGNORE INTO alerts (kind, device, message, value, limit_value, state, open_key, pending_since_ms,
                               raised_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view raise_pending = R"(
    UPDATE alerts SET state = 'raised', raised_ms = ?, message = ?, value = ?, limit_value = ?
     WHERE id = ? AND state = 'pending')";
constexpr std::string_view remind = R"(
    UPDATE alerts SET notified_ms = ?, value = ?
     WHERE id = ? AND cleared_ms IS NULL AND notified_ms <=> ?)";
constexpr std::string_view clear = R"(
    UPDATE alerts SET state = 'cleared', cleared_ms = ?, open_key = NULL
     WHERE id = ? AND cleared_ms IS NULL AND raised_ms IS NOT NULL)";
constexpr std::string_view take = R"(
    UPDATE alerts SET digest_due_ms = NULL, notified_ms = ? WHERE id = ? AND digest_due_ms IS NOT NULL)";

std::string with(std::string_view condition) {
    return std::string(columns).append(condition);
}

std::optional<std::int64_t> ms_of(const std::optional<core::Instant>& instant) {
    return instant ? std::optional(core::epoch_ms(*instant)) : std::nullopt;
}

std::string_view message_of(const NewAlert& alert) {
    return core::truncate_utf8(alert.message, longest_message);
}

}  // namespace

std::string alert_key(std::string_view kind, const std::string& device) {
    const auto id = core::DeviceId::parse(device);
    return std::string(kind) + "|" + (id ? id->key() : device);
}

std::vector<OpenAlert> open_alerts(Connection& connection, std::string_view kind,
                                   std::string_view other_kind) {
    return connection.select<OpenAlert>(
        with("WHERE open_key LIKE ? ESCAPE '!' OR open_key LIKE ? ESCAPE '!' ORDER BY id"),
        std::string(kind) + "|%", std::string(other_kind) + "|%");
}

std::optional<OpenAlert> open_alert(Connection& connection, std::string_view kind,
                                    const std::string& device) {
    return connection.select_one<OpenAlert>(with("WHERE open_key = ?"), alert_key(kind, device));
}

std::vector<OpenAlert> alerts_for_digest(Connection& connection, core::Instant now) {
    return connection.select<OpenAlert>(with("WHERE digest_due_ms <= ? ORDER BY id LIMIT 1000"),
                                        core::epoch_ms(now));
}

std::optional<std::int64_t> open_alert(Connection& connection, const NewAlert& alert) {
    const std::string_view state = alert.raised ? "raised" : "pending";
    const auto inserted = connection.execute(
        insert_alert, alert.kind, alert.device, message_of(alert), alert.value, alert.limit, state,
        alert_key(alert.kind, alert.device), core::epoch_ms(alert.since), ms_of(alert.raised));
    if (inserted == 0) return std::nullopt;
    return static_cast<std::int64_t>(connection.last_insert_id());
}

bool raise_alert(Connection& connection, std::int64_t id, const NewAlert& alert) {
    return connection.execute(raise_pending, ms_of(alert.raised), message_of(alert), alert.value, alert.limit,
                              id) == 1;
}

bool drop_alert(Connection& connection, std::int64_t id) {
    return connection.execute("DELETE FROM alerts WHERE id = ? AND state = 'pending'", id) == 1;
}

bool note_reminder(Connection& connection, const OpenAlert& alert, double value, core::Instant now) {
    return connection.execute(remind, core::epoch_ms(now), value, alert.id, alert.notified_ms) == 1;
}

bool clear_alert(Connection& connection, std::int64_t id, core::Instant now) {
    return connection.execute(clear, core::epoch_ms(now), id) == 1;
}

void note_notified(Connection& connection, std::int64_t id, core::Instant now) {
    connection.execute("UPDATE alerts SET notified_ms = ? WHERE id = ?", core::epoch_ms(now), id);
}

void hold_for_digest(Connection& connection, std::int64_t id, core::Instant due) {
    connection.execute("UPDATE alerts SET digest_due_ms = ? WHERE id = ?", core::epoch_ms(due), id);
}

bool take_for_digest(Connection& connection, std::int64_t id, core::Instant now) {
    return connection.execute(take, core::epoch_ms(now), id) == 1;
}

}  // namespace silaware::storage
