#pragma once

#include <string>

#include "core/time.hpp"

namespace silaware::core {

/// A zone as people know it at that time: `Asia/Jakarta (WIB, UTC+7)`, `Asia/Riyadh (UTC+3)`.
std::string zone_description(const SiteZone& zone, Instant at);

}  // namespace silaware::core
