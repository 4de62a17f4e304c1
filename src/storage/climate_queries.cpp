#include "storage/climate_queries.hpp"

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

const std::string find_sensors = fmt::format(R"(
    SELECT k.id, k.uid, COALESCE(d.location, ''), COALESCE(d.name, ''), l.temperature, l.humidity, l.observed_ms,
           k.usual_interval_ms
      FROM latest_climate l
      JOIN known_devices k ON k.id = l.device_id
      LEFT JOIN devices d ON d.mac_address = k.uid AND {}
     ORDER BY d.location IS NULL, d.location, k.uid)",
                                             is_registration);

constexpr std::string_view find_quarters_since = R"(
    SELECT device_id, bucket, temperature_sum, temperature_samples, humidity_sum, humidity_samples
      FROM climate_quarter_hours WHERE bucket >= ? ORDER BY bucket)";

}  // namespace

std::vector<SensorOverview> sensor_overviews(Connection& connection) {
    return connection.select<SensorOverview>(find_sensors);
}

std::vector<ClimateQuarter> climate_quarters_since(Connection& connection, std::int64_t first_bucket) {
    return connection.select<ClimateQuarter>(find_quarters_since, first_bucket);
}

}  // namespace silaware::storage
