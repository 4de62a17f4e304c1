#pragma once

#include <string_view>

namespace silaware::portal {

/// What people know a device by.
struct DeviceLabels {
    std::string_view name;
    std::string_view location;
    std::string_view id;
};

/// The order of devices in lists: by what they are called, then by location and id, as people count and
/// spell.
bool stands_before(const DeviceLabels& a, const DeviceLabels& b);

}  // namespace silaware::portal
