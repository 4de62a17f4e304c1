#pragma once

#include <map>

#include "ingest/batch.hpp"
#include "ingest/devices.hpp"
#include "ingest/energy_ingest.hpp"
#include "storage/latest_reading_store.hpp"
#include "storage/power_store.hpp"

namespace silaware::ingest {

/// The power messages of a transaction with all that follows from them: rows, latest readings, cycles,
/// energy, quarter hours and days. The rows are inserted by add(); the rest, which costs as much for one
/// reading of a meter as for many, by save().
class PowerIngest {
  public:
    PowerIngest(storage::Connection& connection, Devices& devices, const Options& options, core::Instant now)
        : connection_(connection),
          devices_(devices),
          options_(options),
          now_(now),
          energy_(connection, options, now) {}

    void add(const Batch& batch);
    void save();

  private:
    /// Which of a batch's rows are the newest of their meter.
    class Newest;
    void advance_latest(const std::map<storage::KnownDeviceId, Newest>& newest,
                        const std::vector<storage::PowerRow>& rows);
    storage::LatestReading believed(storage::LatestReading latest) const;
    void remember(const std::map<storage::KnownDeviceId, MeterReadings>& meters);
    void save_latest();
    void tell_observers();

    storage::Connection& connection_;
    Devices& devices_;
    const Options& options_;
    core::Instant now_;
    EnergyIngest energy_;
    std::map<storage::KnownDeviceId, MeterReadings> meters_;  ///< without the registers
    std::map<storage::KnownDeviceId, storage::LatestReading> latest_;
};

}  // namespace silaware::ingest
