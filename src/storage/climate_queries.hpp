#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A room sensor that ever reported, with its newest values.
struct SensorOverview {
    KnownDeviceId id = 0;
    std::string uid;
    std::string location;  ///< of the registered device, else empty; so is the name
    std::string name;
    std::optional<float> temperature;  ///< °C
    std::optional<float> humidity;     ///< %
    std::int64_t observed_ms = 0;
    std::optional<std::int64_t> usual_interval_ms;
};
/// Every sensor, by location and id. Throws DatabaseError.
std::vector<SensorOverview> sensor_overviews(Connection& connection);

/// The mean of what a sensor sent in a stretch of time.
struct ClimatePoint {
    std::int64_t slot = 0;  ///< epoch time ÷ length of the stretch
    std::optional<double> temperature;
    std::optional<double> humidity;
};
/// Since `from`, one point per `stretch`, oldest first. Throws DatabaseError.
std::vector<ClimatePoint> climate_points(Connection& connection, std::string_view uid, core::Instant from,
                                         core::Seconds stretch);

}  // namespace silaware::storage
