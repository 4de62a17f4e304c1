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

constexpr std::string_view find_points = R"(
    SELECT CAST(UNIX_TIMESTAMP(timestamp) AS SIGNED) DIV ? AS slot, AVG(temperature), AVG(humidity)
      FROM temphumid WHERE mac_address = ? AND timestamp >= FROM_UNIXTIME(? / 1000)
     GROUP BY slot ORDER BY slot)";

}  // namespace

std::vector<SensorOverview> sensor_overviews(Connection& connection) {
    return connection.select<SensorOverview>(find_sensors);
}

std::vector<ClimatePoint> climate_points(Connection& connection, std::string_view uid, core::Instant from,
                                         core::Seconds stretch) {
    return connection.select<ClimatePoint>(find_points, stretch.count(), uid, core::epoch_ms(from));
}

}  // namespace silaware::storage
