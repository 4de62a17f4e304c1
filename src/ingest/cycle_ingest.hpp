#pragma once

#include <map>

#include "ingest/meter_readings.hpp"
#include "ingest/options.hpp"

namespace silaware::ingest {

/// Folds the readings of each meter into its cycles, late ones included, and the cycle time of days.
void store_cycles(storage::Connection& connection,
                  const std::map<storage::KnownDeviceId, MeterReadings>& meters, const Options& options);

}  // namespace silaware::ingest
