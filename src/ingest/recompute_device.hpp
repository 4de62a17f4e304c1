#pragma once

#include <functional>

#include "ingest/recompute.hpp"
#include "ingest/recompute_energy.hpp"

namespace silaware::ingest {

/// Thrown to leave a rebuild that is to stop.
struct RecomputeStopped {};

/// Rebuilds one device, whose raw rows are in its one spelling.
class DeviceRecompute {
  public:
    /// `step` is told of every few thousand readings, and may throw RecomputeStopped.
    DeviceRecompute(storage::Database& database, const Options& options, const RecomputeJob& job,
                    storage::KnownDeviceId id, std::string uid, std::function<void(std::int64_t)> step);

    const std::string& uid() const { return scope_.uid; }

    /// Gives every row its place in time, and finds out what is to be read.
    void prepare();
    /// The first reading that stands still and has not been read; nothing when there is none.
    std::optional<core::Instant> next_settled();
    /// Reads on, up to `end`, what stands still while ingest goes on.
    void read_settled(core::Instant end);
    /// Reads the rest under the lock of the device, compares and writes.
    DeviceChanges finish();

  private:
    /// The observed times to read, in milliseconds.
    struct Span {
        std::int64_t first_ms = 0;
        std::int64_t last_ms = -1;
        std::int64_t settled_ms = -1;            ///< up to here nothing changes meanwhile
        std::optional<core::Instant> edge = {};  ///< of a purge, where the fold begins
    };

    std::int64_t place_cycles();
    std::optional<core::Instant> purged_before(storage::Connection& connection) const;
    Span find_span(storage::Connection& connection, const std::optional<storage::PurgeEdge>& edge) const;
    void set_period(storage::Connection& connection);
    bool edge_has_moved(storage::Connection& connection) const;
    void begin();
    void read(storage::Connection& connection, MeterFold& fold, std::int64_t last_ms);
    bool try_meter(bool settled);
    void write_meter(storage::Connection& connection, storage::KnownDevice& device, const MeterFold& fold,
                     DeviceChanges& changes);
    void write_latest(storage::Connection& connection, const MeterFold::Latest& newest,
                      DeviceChanges& changes);
    void rebuild_rest();

    storage::Database& database_;
    const Options& options_;
    const RecomputeJob& job_;
    std::function<void(std::int64_t)> step_;
    MeterScope scope_;
    Span span_;
    std::int64_t read_until_ms_ = -1;
    std::optional<MeterFold> settled_;
    DeviceChanges changes_;
};

}  // namespace silaware::ingest
