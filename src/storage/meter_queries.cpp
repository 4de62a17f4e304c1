#include "storage/meter_queries.hpp"

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

const std::string find_meters = fmt::format(R"(
    SELECT k.id, k.uid, COALESCE(d.location, ''), COALESCE(d.mcu_type, ''), COALESCE(d.name, ''),
           COALESCE(d.group_name, ''), k.last_seen_ms, k.usual_interval_ms, l.power,
           COALESCE(m.co2_measured, 0), COALESCE(d.is_submeter, 0)
      FROM known_devices k
      LEFT JOIN latest_readings l ON l.device_id = k.id
      LEFT JOIN meter_states m ON m.device_id = k.id
      LEFT JOIN devices d ON d.mac_address = k.uid AND {}
     WHERE k.last_power_ms IS NOT NULL
     ORDER BY d.location IS NULL, d.location, k.uid)",
                                            is_registration);

constexpr std::string_view find_known = R"(
    SELECT k.id, k.uid, COALESCE(m.co2_measured, 0), k.last_seen_ms, k.usual_interval_ms
      FROM known_devices k
      LEFT JOIN meter_states m ON m.device_id = k.id
     WHERE k.uid = ?)";

constexpr std::string_view find_registered =
    "SELECT mac_address, location, COALESCE(name, '') FROM devices WHERE mac_address = ? ORDER BY mac_key IS "
    "NULL, id LIMIT 1";

struct KnownRow {
    KnownDeviceId id;
    std::string uid;
    bool sends_co2;
    std::int64_t last_seen_ms;
    std::optional<std::int64_t> usual_interval_ms;
};

}  // namespace

std::vector<MeterOverview> meter_overviews(Connection& connection) {
    return connection.select<MeterOverview>(find_meters);
}

std::optional<DevicePlace> registered_place(Connection& connection, std::string_view id) {
    return connection.select_one<DevicePlace>(find_registered, id);
}

std::optional<DeviceIdentity> find_device(Connection& connection, const core::DeviceId& id) {
    const auto known = connection.select_one<KnownRow>(find_known, id.text());
    const auto registered = registered_place(connection, id.text());
    if (!known && !registered) return std::nullopt;
    DeviceIdentity device;
    device.uid = known ? known->uid : registered->uid;
    if (known) {
        device.id = known->id;
        device.sends_co2 = known->sends_co2;
        device.last_seen_ms = known->last_seen_ms;
        device.usual_interval_ms = known->usual_interval_ms;
    }
    if (registered) device.location = registered->location;
    if (registered) device.name = registered->name;
    return device;
}

}  // namespace silaware::storage
