#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A row of `power_monitoring` on its way in. The views must outlive the call.
struct PowerRow {
    std::string_view uid;
    std::optional<core::LocalTime> rtc;
    std::optional<std::string_view> relay_state;
    std::optional<float> voltage;
    std::optional<float> current;
    std::optional<float> power;
    std::optional<float> frequency;
    std::optional<float> pf;
    std::optional<double> energy;
    std::optional<double> co2;
    std::optional<std::string_view> energy_history;
    core::Instant received;
    std::int64_t observed_ms;
    std::int64_t message_hash;
};

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

/// All rows in a few round trips.
void insert_power_rows(Connection& connection, const std::vector<PowerRow>& rows);

/// The newest readings of those meters that have one. The heavy energy_history is left out.
std::vector<LatestReading> latest_readings(Connection& connection, std::span<const KnownDeviceId> meters);
/// A reading without energy_history leaves the one that is stored.
void save_latest_readings(Connection& connection, const std::vector<LatestReading>& readings);

/// True if a message with these bytes (by their hash) was stored for the meter.
bool power_message_stored(Connection& connection, std::string_view uid, std::int64_t message_hash);

}  // namespace silaware::storage
