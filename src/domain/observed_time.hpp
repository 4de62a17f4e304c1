#pragma once

#include <optional>

#include "core/time.hpp"

namespace silaware::domain {

/// When a reading was taken: the meter's clock, if it lies within 24 h (inclusive) of the receipt, else the
/// receipt. Of a clock time that occurs twice (end of daylight saving) the moment closer to the receipt.
core::Instant observed_time(std::optional<core::LocalTime> rtc, core::Instant received,
                            const core::SiteZone& zone);

/// Clocks of machines differ; by more than this one of them is wrong.
inline constexpr std::chrono::hours clock_tolerance{1};

/// True for a time that nothing can have been received at by `now`.
bool is_to_come(core::Instant at, core::Instant now);
/// True for a reading that came while the clock of ingest was ahead, and has its time from there: until then,
/// all that comes would be older.
bool is_of_a_clock_ahead(core::Instant observed, core::Instant received, core::Instant now);

}  // namespace silaware::domain
