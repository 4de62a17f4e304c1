#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "storage/climate_store.hpp"
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

/// The quarter hours of all sensors from `first_bucket` on, oldest first. Throws DatabaseError.
std::vector<ClimateQuarter> climate_quarters_since(Connection& connection, std::int64_t first_bucket);

}  // namespace silaware::storage
