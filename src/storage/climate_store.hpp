#pragma once

#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A row of `temphumid` on its way in. The view must outlive the call.
struct ClimateRow {
    std::string_view mac_address;
    std::optional<float> temperature;  ///< °C
    std::optional<float> humidity;     ///< %
    std::int64_t received_ms;
    std::int64_t message_hash;
};
void insert_climate_rows(Connection& connection, const std::vector<ClimateRow>& rows);

struct LatestClimate {
    KnownDeviceId device_id;
    std::int64_t observed_ms;
    std::optional<float> temperature;
    std::optional<float> humidity;
};
/// Keeps what is newer; a value that is missing leaves the one before it.
void save_latest_climate(Connection& connection, const std::vector<LatestClimate>& readings);

/// What a sensor sent in a quarter hour of UTC, by the time of receipt.
struct ClimateQuarter {
    KnownDeviceId device_id = 0;
    std::int64_t bucket = 0;  ///< epoch seconds ÷ 900
    double temperature_sum = 0;
    std::int64_t temperature_samples = 0;
    double humidity_sum = 0;
    std::int64_t humidity_samples = 0;
};
/// Adds to what is there.
void add_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters);

/// True if a message with these bytes (by their hash) was stored for the sensor.
bool climate_message_stored(Connection& connection, std::string_view mac_address, std::int64_t message_hash);

}  // namespace silaware::storage
