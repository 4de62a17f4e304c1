#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

// Rows of `temphumid`, and what follows from them. All functions throw DatabaseError.
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

/// True if a message with these bytes (by their hash) was stored for the sensor.
bool climate_message_stored(Connection& connection, std::string_view mac_address, std::int64_t message_hash);

/// When the oldest raw row of a sensor was received.
std::optional<std::int64_t> oldest_climate(Connection& connection, std::string_view uid);

/// Temperature and humidity in °C and %, each with its own newest value.
struct NewestClimate {
    std::optional<std::int64_t> observed_ms;
    std::optional<float> temperature;
    std::optional<float> humidity;
};
/// The newest values in the raw rows received up to `until`, each on its own, and the time of the newest row.
NewestClimate newest_climate(Connection& connection, std::string_view uid, core::Instant until);

/// The newest values of a sensor, a row of `latest_climate`.
struct LatestClimate {
    KnownDeviceId device_id;
    std::int64_t observed_ms;
    std::optional<float> temperature;
    std::optional<float> humidity;
};
/// Keeps what is newer; a value that is missing leaves the one before it.
void save_latest_climate(Connection& connection, const std::vector<LatestClimate>& readings);
/// As they are stored; replacing takes nothing of them over.
std::optional<NewestClimate> latest_climate_of(Connection& connection, KnownDeviceId sensor);
void replace_latest_climate(Connection& connection, KnownDeviceId sensor, const NewestClimate& climate);
/// What is stored of these counts as older than all that comes.
void age_latest_climate(Connection& connection, std::span<const KnownDeviceId> sensors);

/// What a sensor sent in a quarter hour of UTC, by the time of receipt; a row of `climate_quarter_hours`.
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
/// The quarter hours of a sensor in [first_bucket, end_bucket) as they are stored, and as its raw rows have
/// them; by bucket.
std::vector<ClimateQuarter> stored_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                    std::int64_t first_bucket, std::int64_t end_bucket);
std::vector<ClimateQuarter> raw_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                 std::string_view uid, std::int64_t first_bucket,
                                                 std::int64_t end_bucket);
void replace_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters);
void delete_climate_quarters(Connection& connection, KnownDeviceId sensor,
                             const std::vector<std::int64_t>& buckets);

}  // namespace silaware::storage
