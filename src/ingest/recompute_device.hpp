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

    DeviceChanges run();

  private:
    struct Span;

    std::int64_t place_readings();
    std::int64_t place_cycles();
    std::optional<Span> find_span(storage::Connection& connection);
    MeterFold begin_fold(storage::Connection& connection, const Span& span);
    void read(storage::Connection& connection, MeterFold& fold, const Span& span, std::int64_t last_ms);
    bool try_meter(const Span& span, bool settle_first, DeviceChanges& changes);
    void rebuild_meter(DeviceChanges& changes);
    void write_meter(storage::Connection& connection, storage::KnownDevice& device, const MeterFold& fold,
                     DeviceChanges& changes);
    void write_latest(storage::Connection& connection, const MeterFold& fold, DeviceChanges& changes);
    void rebuild_rest(DeviceChanges& changes);

    storage::Database& database_;
    const Options& options_;
    const RecomputeJob& job_;
    std::function<void(std::int64_t)> step_;
    MeterScope scope_;
};

}  // namespace silaware::ingest
