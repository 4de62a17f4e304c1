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

constexpr std::string_view find_means = R"(
    SELECT device_id, bucket, temperature_sum / NULLIF(temperature_samples, 0),
           humidity_sum / NULLIF(humidity_samples, 0)
      FROM climate_quarter_hours WHERE bucket >= ? ORDER BY bucket)";

}  // namespace

std::vector<SensorOverview> sensor_overviews(Connection& connection) {
    return connection.select<SensorOverview>(find_sensors);
}

std::vector<ClimateMean> climate_means(Connection& connection, std::int64_t first_bucket) {
    return connection.select<ClimateMean>(find_means, first_bucket);
}

}  // namespace silaware::storage
