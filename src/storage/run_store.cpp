#include "storage/run_store.hpp"

#include "storage/rows_by_key.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_run = R"(
    INSERT INTO utils (mac_address, start, stop, cycle_count, total_run, timestamp)
    VALUES (?, ?, ?, ?, ?, FROM_UNIXTIME(? / 1000)))";

constexpr std::string_view next_runs = R"(
    SELECT id, start, stop, cycle_count, total_run, CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED)
      FROM utils
     WHERE mac_address = ? AND start >= ? AND (start > ? OR stop > ? OR (stop = ? AND id > ?))
     ORDER BY start, stop, id LIMIT ?)";

constexpr std::string_view add_day = R"(
    INSERT INTO run_days (device_id, day, run_seconds, cycles) VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE run_seconds = run_seconds + VALUES(run_seconds), cycles = cycles + VALUES(cycles))";
constexpr std::string_view find_days =
    "SELECT device_id, day, run_seconds, cycles FROM run_days WHERE device_id = ? ORDER BY day";
constexpr std::string_view write_day =
    "REPLACE INTO run_days (device_id, day, run_seconds, cycles) VALUES (?, ?, ?, ?)";
constexpr std::string_view delete_day = "DELETE FROM run_days WHERE device_id = ? AND day = ?";

constexpr std::string_view add_total = R"(
    INSERT INTO run_totals (device_id, total_seconds) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE total_seconds = total_seconds + VALUES(total_seconds))";
constexpr std::string_view write_total = R"(
    INSERT INTO run_totals (device_id, total_seconds) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE total_seconds = VALUES(total_seconds))";

struct InsertedRun {
    std::string_view mac_address;
    std::int64_t start;
    std::int64_t stop;
    std::int64_t cycle_count;
    std::int64_t total_run;
    std::int64_t received_ms;
};

}  // namespace

std::vector<RunRow> runs_starting_at(Connection& connection, const std::string& mac_address,
                                     std::span<const std::int64_t> starts) {
    return connection.select<RunRow>(
        "SELECT mac_address, start, stop, cycle_count, total_run FROM utils WHERE mac_address = ? AND start "
        "IN " +
            in_list(starts),
        mac_address);
}

void insert_runs(Connection& connection, const std::vector<ReceivedRun>& runs) {
    std::vector<InsertedRun> rows;
    rows.reserve(runs.size());
    for (const auto& [run, received_ms] : runs) {
        rows.push_back({run.mac_address, run.start, run.stop, run.cycle_count, run.total_run, received_ms});
    }
    connection.bulk(insert_run, rows);
}

std::vector<StoredRun> runs_after(Connection& connection, std::string_view uid, const RunCursor& cursor,
                                  std::int64_t limit) {
    return connection.select<StoredRun>(next_runs, uid, cursor.start, cursor.start, cursor.stop, cursor.stop,
                                        cursor.id, limit);
}

void add_run_days(Connection& connection, const std::vector<RunDay>& days) {
    connection.bulk(add_day, days);
}

std::vector<RunDay> run_days_of(Connection& connection, KnownDeviceId machine) {
    return connection.select<RunDay>(find_days, machine);
}

void replace_run_days(Connection& connection, const std::vector<RunDay>& days) {
    connection.bulk(write_day, days);
}

void delete_run_days(Connection& connection, KnownDeviceId machine, const std::vector<std::string>& days) {
    for_each_key(connection, delete_day, machine, days);
}

std::vector<RunTotal> run_totals(Connection& connection, std::span<const KnownDeviceId> machines) {
    if (machines.empty()) return {};
    return connection.select<RunTotal>("SELECT device_id, total_seconds FROM run_totals WHERE device_id IN " +
                                       in_list(machines));
}

void add_run_totals(Connection& connection, const std::vector<RunTotal>& added) {
    connection.bulk(add_total, added);
}

void set_run_total(Connection& connection, const RunTotal& total) {
    connection.bulk(write_total, std::vector<RunTotal>{total});
}

}  // namespace silaware::storage
