#pragma once

#include <optional>

#include "core/time.hpp"

namespace silaware::domain {

/// When a reading was taken: the meter's clock, if it lies within 24 h (inclusive) of the receipt, else the
/// receipt. Of a clock time that occurs twice (end of daylight saving) the moment closer to the receipt.
core::Instant observed_time(std::optional<core::LocalTime> rtc, core::Instant received,
                            const core::SiteZone& zone);

}  // namespace silaware::domain
