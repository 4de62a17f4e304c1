#pragma once

#include <map>

#include "ingest/meter_readings.hpp"
#include "ingest/options.hpp"

namespace silaware::ingest {

/// Folds the registers of each meter and adds what they and the power samples show to the quarter hours and
/// days. Runs before the batch's rows are inserted.
void store_energy(storage::Connection& connection,
                  const std::map<storage::KnownDeviceId, MeterReadings>& meters,
                  const std::map<storage::KnownDeviceId, std::int64_t>& usual_intervals,
                  const Options& options);

}  // namespace silaware::ingest
