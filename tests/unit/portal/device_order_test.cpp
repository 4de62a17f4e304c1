#include "portal/device_order.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace silaware::portal {
namespace {

TEST(DeviceOrder, IsByNameThenByLocationThenById) {
    std::vector<DeviceLabels> devices{{"Pump 10", "A", "1"}, {"", "Roof", "7"},    {"Pump 2", "B", "2"},
                                      {"Pump 2", "A", "10"}, {"Pump 2", "A", "9"}, {"", "", "AA:01"}};
    std::sort(devices.begin(), devices.end(), stands_before);
    std::string ids;
    for (const auto& device : devices)
        ids += std::string(device.id) + " ";
    EXPECT_EQ(ids, "AA:01 9 10 2 1 7 ");
}

}  // namespace
}  // namespace silaware::portal
