#pragma once

#include <string_view>

namespace silaware::core {

/// Below, equal or above 0: the order in which people look for names: without case, numbers by their value,
/// so that "Pump 2" stands before "pump 10".
int compare_naturally(std::string_view a, std::string_view b);

}  // namespace silaware::core
