#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/page.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// Which records of `utils` a report is about.
struct RunFilter {
    static constexpr std::size_t most_devices = 64;

    std::vector<std::string> devices = {};          ///< as they are stored; none: all
    std::optional<std::int64_t> start_from = {};    ///< epoch seconds
    std::optional<std::int64_t> start_before = {};  ///< epoch seconds
    std::string search = {};                        ///< in address and location
};

enum class RunColumn { id, mac_address, location, start, stop, cycle_count, total_run };
enum class Direction { ascending, descending };
struct RunOrder {
    RunColumn column = RunColumn::start;
    Direction direction = Direction::descending;
};

/// A record as it is reported.
struct ReportedRun {
    std::int64_t id = 0;
    std::string mac_address;
    std::string location;    ///< of the registered device, else empty
    std::int64_t start = 0;  ///< epoch seconds
    std::int64_t stop = 0;   ///< epoch seconds
    std::int64_t cycle_count = 0;
    std::int64_t total_run = 0;  ///< seconds
};

/// Sums over all records of a filter.
struct RunSums {
    std::int64_t runs = 0;
    std::int64_t run_seconds = 0;
};

/// Throws DatabaseError; std::invalid_argument for more than `most_devices`. So do the others.
RunSums sum_runs(Connection& connection, const RunFilter& filter);
/// The records of one page.
std::vector<ReportedRun> find_runs(Connection& connection, const RunFilter& filter, const RunOrder& order,
                                   const core::PageRequest& request);
/// Every record of the filter in order, as it comes off the wire, until `sink` answers false.
void stream_runs(Connection& connection, const RunFilter& filter, const RunOrder& order,
                 const std::function<bool(const ReportedRun&)>& sink);

}  // namespace silaware::storage
