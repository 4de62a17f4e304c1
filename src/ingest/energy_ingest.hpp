#pragma once

#include <map>

#include "ingest/meter_readings.hpp"
#include "ingest/options.hpp"
#include "ingest/power_rollup_ingest.hpp"
#include "storage/register_store.hpp"

namespace silaware::ingest {

/// The registers, quarter hours and days of a transaction's meters, in memory until save().
class EnergyIngest {
  public:
    EnergyIngest(storage::Connection& connection, const Options& options, core::Instant now)
        : connection_(connection), options_(options), now_(now) {}

    /// Folds the registers of each meter and adds what they and the power samples show to the quarter hours.
    /// Runs before the rows of these readings are inserted: a late one is folded in between the rows that
    /// were there before it.
    void add(const std::map<storage::KnownDeviceId, MeterReadings>& meters);
    void save(const std::map<storage::KnownDeviceId, std::int64_t>& usual_intervals);

  private:
    void load(const std::map<storage::KnownDeviceId, MeterReadings>& meters);
    void add(const MeterReadings& meter);

    storage::Connection& connection_;
    const Options& options_;
    core::Instant now_;
    std::map<storage::KnownDeviceId, storage::RegisterHeads> heads_;
    std::map<storage::KnownDeviceId, double> rated_kw_;
    QuarterHours quarters_;
    /// Two days of readings are judged anew where a meter's limits have changed: a few meters in a
    /// transaction, so that a setting of them all does not hold up the rest. The others wait with the limits
    /// they had.
    int changes_of_limits_left_ = 2;
};

}  // namespace silaware::ingest
