#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/run_message.hpp"
#include "storage/known_device_store.hpp"

// The run hours of machines: records in `utils`, their sums in `run_days` and `run_totals`. All functions
// throw DatabaseError.
namespace silaware::storage {

/// A record of `utils`, as it is compared for duplicates.
struct RunRow {
    std::string mac_address;
    std::int64_t start;
    std::int64_t stop;
    std::int64_t cycle_count;
    std::int64_t total_run;
    auto operator<=>(const RunRow&) const = default;
};

/// The stored records of a machine that start at one of `starts`.
std::vector<RunRow> runs_starting_at(Connection& connection, const std::string& mac_address,
                                     std::span<const std::int64_t> starts);

/// A record on its way in.
struct ReceivedRun {
    RunRow run;
    std::int64_t received_ms;
};
void insert_runs(Connection& connection, const std::vector<ReceivedRun>& runs);

/// A record of `utils`, as it is folded.
struct StoredRun {
    std::int64_t id;
    std::int64_t start;
    std::int64_t stop;
    std::int64_t cycle_count;
    std::int64_t total_run;
    std::int64_t received_ms;
    bool operator==(const StoredRun&) const = default;
};
/// Where a walk along a machine's records stands; it begins behind the record with these three.
struct RunCursor {
    std::int64_t start;
    std::int64_t stop;
    std::int64_t id;
};
/// The next records by start and stop, at most `limit`.
std::vector<StoredRun> runs_after(Connection& connection, std::string_view uid, const RunCursor& cursor,
                                  std::int64_t limit);

/// Run time of a machine on one day; a row of `run_days`.
struct RunDay {
    KnownDeviceId device_id;
    std::string day;  ///< YYYY-MM-DD
    std::int64_t run_seconds;
    std::int64_t cycles;
};
/// Adds run seconds and started records to days.
void add_run_days(Connection& connection, const std::vector<RunDay>& days);
/// By day.
std::vector<RunDay> run_days_of(Connection& connection, KnownDeviceId machine);
void replace_run_days(Connection& connection, const std::vector<RunDay>& days);
void delete_run_days(Connection& connection, KnownDeviceId machine, const std::vector<std::string>& days);

/// Run time of a machine since ever; a row of `run_totals`.
struct RunTotal {
    KnownDeviceId device_id;
    std::int64_t total_seconds;
};
/// Those of these machines that have one.
std::vector<RunTotal> run_totals(Connection& connection, std::span<const KnownDeviceId> machines);
/// Adds to the totals.
void add_run_totals(Connection& connection, const std::vector<RunTotal>& added);
/// Writes the total, whatever it was.
void set_run_total(Connection& connection, const RunTotal& total);

}  // namespace silaware::storage
