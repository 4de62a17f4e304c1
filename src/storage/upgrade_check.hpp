#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace silaware::storage {

/// Why the older system's tables can't be taken over as they are, a sentence for each reason and what helps;
/// none if they can. Changes nothing.
std::vector<std::string> upgrade_obstacles(Connection& connection);

}  // namespace silaware::storage
