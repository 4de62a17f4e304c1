#pragma once

#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/options.hpp"
#include "ingest/recompute_changes.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::ingest {

/// What the cycles of a rebuild are made of: the readings, or (of an older system, whose numbers go on) its
/// own rows of `cycle_time`.
enum class CycleSource { readings, rows };

struct RecomputeJob {
    /// Nothing before it is rewritten, but for cycles of the two days before. All rows are read all the same.
    std::optional<core::LocalDay> from = {};
    /// Nothing after it is rewritten, but for such cycles and the numbers of all later ones. Within two days
    /// of a meter's newest reading it counts as not given.
    std::optional<core::LocalDay> to = {};
    CycleSource cycles = CycleSource::readings;
};

struct RecomputeProgress {
    std::int64_t placed = 0;  ///< rows whose observed time was looked at, before the devices
    std::size_t device = 0;   ///< how many are done
    std::size_t devices = 0;
    std::int64_t readings = 0;  ///< of all devices so far
};

struct RecomputeResult {
    bool finished = false;  ///< false if it was stopped; run again, it does the rest
    DeviceChanges total;
    std::vector<std::string> problems = {};  ///< a sentence for each id that no device can have
};

/// Rebuilds what is derived (latest, cycles, registers, roll-ups, run times, known devices) from the raw
/// rows, a device at a time: readings of more than two days ago are folded while ingest goes on, the rest and
/// the comparison with what is stored under the lock of that device. Writes only what differs.
class Recompute {
  public:
    struct Listener {
        std::function<void(const RecomputeProgress&)> progress = {};
        std::function<void(const DeviceChanges&)> changed = {};  ///< of each device with changes
    };

    Recompute(storage::Database& database, const Options& options, RecomputeJob job, Listener listener);

    /// Throws DatabaseError.
    RecomputeResult run(std::stop_token stop);

  private:
    struct Device;
    std::vector<Device> find_devices(RecomputeResult& result);
    void rebuild(std::span<const Device> group, RecomputeResult& result);
    void step(std::int64_t readings);

    storage::Database& database_;
    const Options& options_;
    RecomputeJob job_;
    Listener listener_;
    RecomputeProgress progress_;
    std::stop_token stop_;
    std::map<std::string, std::int64_t> moved_;  ///< rows given another observed time, by spelling
};

}  // namespace silaware::ingest
