#include "storage/meter_queries.hpp"

#include "domain/energy_register.hpp"

namespace silaware::storage {

namespace {

// Hour 0xFFFFFFFF is the newest state of a meter's registers.
constexpr std::string_view find_meters = R"(
    SELECT k.id, k.uid, COALESCE(d.location, ''), COALESCE(d.mcu_type, ''), COALESCE(d.name, ''),
           COALESCE(d.group_name, ''), k.last_power_ms, k.usual_interval_ms, l.power, r.co2_state
      FROM known_devices k
      LEFT JOIN latest_readings l ON l.device_id = k.id
      LEFT JOIN register_states r ON r.device_id = k.id AND r.hour = 4294967295
      LEFT JOIN devices d ON d.mac_address = k.uid AND d.mac_key IS NOT NULL
     WHERE k.last_power_ms IS NOT NULL
     ORDER BY d.location IS NULL, d.location, k.uid)";

constexpr std::string_view find_known = R"(
    SELECT k.id, k.uid, r.co2_state
      FROM known_devices k
      LEFT JOIN register_states r ON r.device_id = k.id AND r.hour = 4294967295
     WHERE k.uid = ?)";

constexpr std::string_view find_registered =
    "SELECT mac_address, location FROM devices WHERE mac_address = ? ORDER BY mac_key IS NULL, id LIMIT 1";

struct MeterRow {
    KnownDeviceId id;
    std::string uid;
    std::string location;
    std::string mcu_type;
    std::string name;
    std::string group;
    std::int64_t last_power_ms;
    std::optional<std::int64_t> usual_interval_ms;
    std::optional<float> power_w;
    std::optional<std::string> co2_state;
};

struct KnownRow {
    KnownDeviceId id;
    std::string uid;
    std::optional<std::string> co2_state;
};

struct RegisteredRow {
    std::string mac_address;
    std::string location;
};

bool ever_positive(const std::optional<std::string>& state) {
    if (!state) return false;
    const auto parsed = domain::parse_register_state(*state);
    return parsed && parsed->ever_positive;
}

}  // namespace

std::vector<MeterOverview> meter_overviews(Connection& connection) {
    std::vector<MeterOverview> meters;
    for (MeterRow& row : connection.select<MeterRow>(find_meters)) {
        meters.push_back({row.id, std::move(row.uid), std::move(row.location), std::move(row.mcu_type),
                          std::move(row.name), std::move(row.group), row.last_power_ms, row.usual_interval_ms,
                          row.power_w, ever_positive(row.co2_state)});
    }
    return meters;
}

std::optional<DeviceIdentity> find_device(Connection& connection, const core::DeviceId& id) {
    const auto known = connection.select_one<KnownRow>(find_known, id.text());
    const auto registered = connection.select_one<RegisteredRow>(find_registered, id.text());
    if (!known && !registered) return std::nullopt;
    DeviceIdentity device;
    device.uid = known ? known->uid : registered->mac_address;
    if (known) device.id = known->id;
    if (known) device.sends_co2 = ever_positive(known->co2_state);
    if (registered) device.location = registered->location;
    return device;
}

}  // namespace silaware::storage
