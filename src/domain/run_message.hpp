#pragma once

#include <cstdint>
#include <string_view>

#include "core/device_id.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

namespace silaware::domain {

/// One record of a machine's run, a row of `utils`. Equal in all five fields means the same record.
struct RunMessage {
    core::DeviceId id;
    std::int64_t start;        ///< epoch seconds
    std::int64_t stop;         ///< epoch seconds, not before `start`
    std::int64_t cycle_count;  ///< as the machine counts
    std::int64_t total_run;    ///< seconds

    bool operator==(const RunMessage&) const = default;
};

/// Error `invalid` if the record ended before `kept_since`, when the row of its duplicate could be purged.
core::Result<void> require_kept(const RunMessage& run, core::Instant kept_since);

/// The record in `payload`, received at `received`. Error: why it goes into quarantine.
///
/// A record that ended before `kept_since` (`retention_cutoff` of the time it is stored) is refused as
/// `older than the retention`. Epochs before 2000 or more than a day
/// after `received` are refused; 13-digit ones are milliseconds, each field on its own, cut to seconds.
core::Result<RunMessage> parse_run(std::string_view payload, core::Instant received,
                                   core::Instant kept_since);

}  // namespace silaware::domain
