#include "portal/device_order.hpp"

#include "core/natural_order.hpp"

namespace silaware::portal {

namespace {

/// As pages head it: its name, else where it stands, else its id.
std::string_view called(const DeviceLabels& device) {
    if (!device.name.empty()) return device.name;
    return device.location.empty() ? device.id : device.location;
}

}  // namespace

bool stands_before(const DeviceLabels& a, const DeviceLabels& b) {
    if (const int order = core::compare_naturally(called(a), called(b)); order != 0) return order < 0;
    if (const int order = core::compare_naturally(a.location, b.location); order != 0) return order < 0;
    return core::compare_naturally(a.id, b.id) < 0;
}

}  // namespace silaware::portal
