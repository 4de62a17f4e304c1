#include "storage/run_queries.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

const std::string find_machines = fmt::format(R"(
    SELECT k.id, k.uid, COALESCE(d.location, ''), COALESCE(d.name, ''), k.last_run_ms, k.usual_interval_ms,
           COALESCE(t.total_seconds, 0), COALESCE(t.serviced_at_seconds, 0)
      FROM known_devices k
      LEFT JOIN run_totals t ON t.device_id = k.id
      LEFT JOIN devices d ON d.mac_address = k.uid AND {}
     WHERE k.last_run_ms IS NOT NULL
     ORDER BY d.location IS NULL, d.location, k.uid)",
                                              is_registration);

constexpr std::string_view sum_windows = R"(
    SELECT device_id,
           SUM(IF(day = ?, run_seconds, 0)), SUM(IF(day = ?, run_seconds, 0)),
           SUM(IF(day BETWEEN ? AND ?, run_seconds, 0)), SUM(IF(day BETWEEN ? AND ?, run_seconds, 0)),
           SUM(IF(day BETWEEN ? AND ?, run_seconds, 0)), SUM(IF(day BETWEEN ? AND ?, run_seconds, 0)),
           SUM(IF(day = ?, cycles, 0))
      FROM run_days
     WHERE (day BETWEEN ? AND ? OR day BETWEEN ? AND ?) AND device_id IN )";

struct MachineRow {
    KnownDeviceId id;
    std::string mac_address;
    std::string location;
    std::string name;
    std::int64_t last_run_ms;
    std::optional<std::int64_t> usual_interval_ms;
    std::int64_t total_seconds;
    std::int64_t serviced_at_seconds;
};

struct WindowSums {
    KnownDeviceId device_id;
    std::int64_t today;
    std::int64_t yesterday;
    std::int64_t week;
    std::int64_t month;
    std::int64_t ytd;
    std::int64_t yoy;
    std::int64_t cycles_today;
};

std::vector<WindowSums> window_sums(Connection& connection, const std::vector<KnownDeviceId>& machines,
                                    const domain::RunWindows& windows) {
    const auto text = core::format_day;
    const auto& [today, yesterday, week, month, ytd, yoy] = windows;
    // The first of January may lie behind the week's Monday, or behind yesterday.
    const auto recent = std::min({ytd.first, week.first, yesterday.first});
    return connection.select<WindowSums>(
        std::string(sum_windows) + in_list(machines) + " GROUP BY device_id", text(today.first),
        text(yesterday.first), text(week.first), text(week.last), text(month.first), text(month.last),
        text(ytd.first), text(ytd.last), text(yoy.first), text(yoy.last), text(today.first), text(yoy.first),
        text(yoy.last), text(recent), text(today.last));
}

void fill(domain::RunTimes& times, const WindowSums& sums) {
    times.today = sums.today;
    times.yesterday = sums.yesterday;
    times.week = sums.week;
    times.month = sums.month;
    times.ytd = sums.ytd;
    times.yoy = sums.yoy;
    times.cycles_today = sums.cycles_today;
}

}  // namespace

std::vector<MachineOverview> machine_overviews(Connection& connection, const domain::RunWindows& windows) {
    std::vector<MachineOverview> machines;
    std::vector<KnownDeviceId> ids;
    for (MachineRow& row : connection.select<MachineRow>(find_machines)) {
        ids.push_back(row.id);
        machines.push_back({row.id,
                            std::move(row.mac_address),
                            std::move(row.location),
                            std::move(row.name),
                            row.last_run_ms,
                            row.usual_interval_ms,
                            row.total_seconds - row.serviced_at_seconds,
                            {}});
        machines.back().times.total = row.total_seconds;
    }
    if (ids.empty()) return machines;
    std::unordered_map<KnownDeviceId, WindowSums> sums;
    for (const WindowSums& row : window_sums(connection, ids, windows))
        sums.emplace(row.device_id, row);
    for (MachineOverview& machine : machines) {
        if (const auto found = sums.find(machine.id); found != sums.end()) fill(machine.times, found->second);
    }
    return machines;
}

}  // namespace silaware::storage
