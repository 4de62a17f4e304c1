#pragma once

#include <span>
#include <string>
#include <vector>

#include "domain/machine_run.hpp"
#include "storage/known_device_store.hpp"

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

struct ReceivedRun {
    RunRow run;
    std::int64_t received_ms;
};
void insert_runs(Connection& connection, const std::vector<ReceivedRun>& runs);

struct RunDay {
    KnownDeviceId device_id;
    std::string day;  ///< YYYY-MM-DD
    std::int64_t run_seconds;
    std::int64_t cycles;
};
/// Adds run seconds and started records to days.
void add_run_days(Connection& connection, const std::vector<RunDay>& days);

struct RunTotal {
    KnownDeviceId device_id;
    std::int64_t total_seconds;
};
/// The run seconds of each machine since ever.
std::vector<RunTotal> run_totals(Connection& connection, std::span<const KnownDeviceId> machines);
/// Adds to the totals.
void add_run_totals(Connection& connection, const std::vector<RunTotal>& added);

}  // namespace silaware::storage
