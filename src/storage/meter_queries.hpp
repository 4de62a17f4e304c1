#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device_id.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A meter that ever reported, with what the summary shows of it beside its energy.
struct MeterOverview {
    KnownDeviceId id = 0;
    std::string uid;
    std::string location;  ///< of the registered device, else empty; so are the next three
    std::string mcu_type;
    std::string name;
    std::string group;
    std::int64_t last_seen_ms = 0;  ///< by receipt: a meter whose clock is wrong is no less online
    std::optional<std::int64_t> usual_interval_ms;
    std::optional<float> power_w;  ///< of the newest reading
    bool sends_co2 = false;        ///< its own CO2 register ever showed more than 0
    bool is_submeter = false;      ///< another meter measures its load, too
};
/// Every meter that ever reported, by location and id. Throws DatabaseError.
std::vector<MeterOverview> meter_overviews(Connection& connection);

/// What people call a device and where it stands.
struct DevicePlace {
    std::string uid;  ///< as it is stored
    std::string location;
    std::string name;  ///< may be empty
};
/// Nothing for an id that is not registered. Throws DatabaseError.
std::optional<DevicePlace> registered_place(Connection& connection, std::string_view id);

/// A device that reported or is registered.
struct DeviceIdentity {
    std::optional<KnownDeviceId> id;  ///< none if it never reported
    std::string uid;                  ///< as it is stored
    std::string location;             ///< empty if it is not registered
    std::string name;                 ///< may be empty
    bool sends_co2 = false;
    std::optional<std::int64_t> last_seen_ms;  ///< by receipt; none if it never reported
    std::optional<std::int64_t> usual_interval_ms;
};
/// Nothing for an id that neither reported nor is registered. Throws DatabaseError.
std::optional<DeviceIdentity> find_device(Connection& connection, const core::DeviceId& id);

}  // namespace silaware::storage
