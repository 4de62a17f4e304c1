#include "storage/alert_queries.hpp"

#include "core/time.hpp"
#include "storage/like.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view columns = R"(
    SELECT a.id, a.kind, a.device, a.message, a.value, a.limit_value, a.state, a.raised_ms, a.notified_ms,
           a.acknowledged_ms, a.acknowledged_by, a.note, a.cleared_ms, COALESCE(d.location, ''), COALESCE(d.name, ''))";
constexpr std::string_view of_alerts = " FROM alerts a";
constexpr std::string_view with_devices = " LEFT JOIN devices d ON d.mac_key = LOWER(a.device)";
constexpr std::string_view filtered = R"(
     WHERE a.raised_ms IS NOT NULL
       AND (? = '' OR a.state = ? OR (? = 'open' AND a.cleared_ms IS NULL))
       AND (? = '' OR a.kind = ?) AND (? = '' OR a.device = ?))";
constexpr std::string_view searched = R"(
       AND (? = '' OR CONCAT_WS(' ', a.device, d.name, d.location, a.message, a.note)
                      COLLATE utf8mb4_general_ci LIKE ? ESCAPE '!'))";
constexpr std::string_view newest_first = " ORDER BY a.raised_ms DESC, a.id DESC LIMIT ? OFFSET ?";

constexpr std::string_view find_acknowledged =
    "SELECT acknowledged_by, kind, device FROM alerts WHERE id = ? AND raised_ms IS NOT NULL FOR UPDATE";
constexpr std::string_view acknowledge = R"(
    UPDATE alerts SET acknowledged_ms = ?, acknowledged_by = ?, note = ?,
                      state = IF(cleared_ms IS NULL, 'acknowledged', state) WHERE id = ?)";

struct AcknowledgedRow {
    std::optional<std::string> by;
    std::string kind;
    std::string device;
};

/// Without a search in an index alone: pages ask every few seconds, however many alerts there have been.
std::int64_t count_alerts(Connection& connection, const AlertFilter& filter,
                          const core::PageRequest& request) {
    const auto& [state, kind, device] = filter;
    std::string sql = std::string("SELECT COUNT(*)").append(of_alerts);
    if (request.search.empty()) {
        sql += filtered;
        return connection.select_one<std::int64_t>(sql, state, state, state, kind, kind, device, device)
            .value_or(0);
    }
    sql.append(with_devices).append(filtered).append(searched);
    return connection
        .select_one<std::int64_t>(sql, state, state, state, kind, kind, device, device, request.search,
                                  like_pattern(request.search))
        .value_or(0);
}

constexpr std::string_view count_open =
    "SELECT COUNT(*) FROM alerts WHERE raised_ms IS NOT NULL AND cleared_ms IS NULL";

}  // namespace

core::Page<ShownAlert> find_alerts(Connection& connection, const AlertFilter& filter,
                                   const core::PageRequest& request) {
    const auto& [state, kind, device] = filter;
    core::Page<ShownAlert> page{{}, request.page, request.per_page, 0};
    page.total = count_alerts(connection, filter, request);
    const std::string sql = std::string(columns)
                                .append(of_alerts)
                                .append(with_devices)
                                .append(filtered)
                                .append(searched)
                                .append(newest_first);
    page.items =
        connection.select<ShownAlert>(sql, state, state, state, kind, kind, device, device, request.search,
                                      like_pattern(request.search), request.per_page, request.offset());
    return page;
}

std::int64_t count_open_alerts(Connection& connection) {
    return connection.select_one<std::int64_t>(count_open).value_or(0);
}

core::Result<void> acknowledge_alert(Database& database, std::int64_t id, const std::string& note,
                                     const Change& change) {
    return database.transaction([&](Connection& connection) -> core::Result<void> {
        const auto alert = connection.select_one<AcknowledgedRow>(find_acknowledged, id);
        if (!alert) return core::fail(core::ErrorCode::not_found, "There is no such alert.");
        if (alert->by) return core::fail(core::ErrorCode::conflict, "Somebody has acknowledged it already.");
        connection.execute(acknowledge, core::epoch_ms(change.at), change.account, note, id);
        record_audit(connection, change, "alert.acknowledge", alert->device, {},
                     {{"alert", std::to_string(id)}, {"kind", alert->kind}, {"note", note}});
        return {};
    });
}

}  // namespace silaware::storage
