#pragma once

#include <optional>

#include "core/time.hpp"

namespace silaware::domain {

/// A device's usual interval after a reading that came `gap` after the one before; starts with the first gap.
///
/// A running mean in which one gap counts an eighth, and as at most four times and at least a quarter of the
/// usual one: neither an outage nor a burst changes the rhythm much. Gaps of zero and less change nothing.
std::optional<core::Milliseconds> usual_interval(std::optional<core::Milliseconds> usual,
                                                 core::Milliseconds gap);

/// True for three usual intervals, at least 60 s, after the last reading; not for one of a clock that was
/// ahead.
bool is_online(core::Instant last_seen, std::optional<core::Milliseconds> usual, core::Instant now);

/// Until when silence is no reason for an alert: six usual intervals, at least 5 minutes, of listening
/// without a reading. `listening_since` is the start of the ingest or the end of its last outage, so that
/// neither a restart nor a broker that was away alarms anybody.
core::Instant silent_from(core::Instant last_seen, std::optional<core::Milliseconds> usual,
                          core::Instant listening_since);

}  // namespace silaware::domain
