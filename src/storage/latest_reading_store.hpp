#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/known_device_store.hpp"

// All functions throw DatabaseError.
namespace silaware::storage {

/// The newest reading of a meter, a row of `latest_readings`.
struct LatestReading {
    KnownDeviceId device_id = 0;
    std::int64_t observed_ms = 0;
    std::int64_t received_ms = 0;
    std::optional<std::string> rtc;
    std::optional<std::string> relay_state;
    std::optional<float> voltage;
    std::optional<float> current;
    std::optional<float> power;
    std::optional<float> frequency;
    std::optional<float> pf;
    std::optional<double> energy;
    std::optional<double> co2;
    std::optional<std::string> energy_history;
    std::optional<std::int64_t> history_observed_ms;
    std::int64_t changed = 0;  ///< when ingest wrote it, epoch milliseconds by its clock
};

/// The newest readings of those meters that have one. The heavy energy_history is left out.
std::vector<LatestReading> latest_readings(Connection& connection, std::span<const KnownDeviceId> meters);
/// A reading without energy_history leaves the one that is stored.
void save_latest_readings(Connection& connection, const std::vector<LatestReading>& readings);

/// The row of `power_monitoring` with this id as the newest one of its meter; `history_id` names the reading
/// its history is of.
LatestReading as_latest(Connection& connection, KnownDeviceId meter, std::int64_t id,
                        std::optional<std::int64_t> history_id);
/// As it is stored, with its energy_history.
std::optional<LatestReading> latest_with_history(Connection& connection, KnownDeviceId meter);
/// Writes every column of the row.
void replace_latest(Connection& connection, const LatestReading& latest);

}  // namespace silaware::storage
