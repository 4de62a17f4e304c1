#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/device_id.hpp"
#include "domain/run_time.hpp"
#include "storage/audit_store.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// A machine that ever reported, with its run time.
struct MachineOverview {
    KnownDeviceId id = 0;
    std::string mac_address;
    std::string location;  ///< of the registered device, else empty; so is the name
    std::string name;
    std::int64_t last_run_ms = 0;
    std::optional<std::int64_t> usual_interval_ms;
    std::int64_t run_since_service = 0;  ///< seconds
    domain::RunTimes times;
};

/// Every machine, by location and address, with its run time in `windows`. Throws DatabaseError.
std::vector<MachineOverview> machine_overviews(Connection& connection, const domain::RunWindows& windows);

}  // namespace silaware::storage
