#pragma once

#include <cmath>
#include <cstdint>
#include <string>

namespace silaware::ingest {

/// What a rebuild changed of one device, or of all of them.
struct DeviceChanges {
    std::string uid;
    std::int64_t readings = 0;      ///< looked at
    std::int64_t placed_rows = 0;   ///< rows whose observed time is new or another
    std::int64_t renamed_rows = 0;  ///< rows that had another spelling of the id
    std::int64_t quarter_hours = 0;
    std::int64_t energy_days = 0;
    double energy_kwh = 0;  ///< more than before, or less
    double co2_kg = 0;
    std::int64_t corrections_added = 0;
    std::int64_t corrections_removed = 0;
    std::int64_t register_states = 0;
    std::int64_t cycles_added = 0;
    std::int64_t cycles_changed = 0;
    std::int64_t cycles_removed = 0;
    std::int64_t cycle_days = 0;
    std::int64_t latest_readings = 0;
    std::int64_t run_days = 0;
    std::int64_t run_seconds = 0;
    std::int64_t latest_climates = 0;
    std::int64_t climate_quarter_hours = 0;
    std::int64_t uncountable_runs = 0;  ///< records with impossible times; no change

    bool empty() const;
    DeviceChanges& operator+=(const DeviceChanges& other);
    /// "12 quarter hours (+1.2 kWh, +0.9 kg CO2), 2 cycles added", or "nothing changed".
    std::string text() const;
};

/// Equal but for what the order of adding up does to a sum.
inline bool nearly_equal(double a, double b) {
    return std::abs(a - b) <= 1e-6 + 1e-9 * std::max(std::abs(a), std::abs(b));
}

}  // namespace silaware::ingest
