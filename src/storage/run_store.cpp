#include "storage/run_store.hpp"

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_run = R"(
    INSERT INTO utils (mac_address, start, stop, cycle_count, total_run, timestamp)
    VALUES (?, ?, ?, ?, ?, FROM_UNIXTIME(? / 1000)))";

constexpr std::string_view add_day = R"(
    INSERT INTO run_days (device_id, day, run_seconds, cycles) VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE run_seconds = run_seconds + VALUES(run_seconds), cycles = cycles + VALUES(cycles))";

constexpr std::string_view add_total = R"(
    INSERT INTO run_totals (device_id, total_seconds) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE total_seconds = total_seconds + VALUES(total_seconds))";

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

void add_run_days(Connection& connection, const std::vector<RunDay>& days) {
    connection.bulk(add_day, days);
}

std::vector<RunTotal> run_totals(Connection& connection, std::span<const KnownDeviceId> machines) {
    if (machines.empty()) return {};
    return connection.select<RunTotal>("SELECT device_id, total_seconds FROM run_totals WHERE device_id IN " +
                                       in_list(machines));
}

void add_run_totals(Connection& connection, const std::vector<RunTotal>& added) {
    connection.bulk(add_total, added);
}

}  // namespace silaware::storage
