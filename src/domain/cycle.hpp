#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace silaware::domain {

/// A stretch of readings of one meter with no gap longer than the cycle gap; a row of `cycle_time`.
struct Cycle {
    core::Instant start;     ///< its first reading
    core::Instant stop;      ///< its last reading, equal to `start` if it is the only one
    std::int64_t count = 0;  ///< running number of the meter's cycles, in order of time
    std::int64_t id = 0;     ///< the row, 0 if not stored yet; carried through, never interpreted

    bool operator==(const Cycle&) const = default;
};

/// What is stored of one meter around new readings.
///
/// Load every cycle with stop ≥ earliest reading − gap and start ≤ latest reading + gap, and the nearest one
/// on each side of those (for the numbers), ordered by start. More neighbours do no harm, gaps in the list
/// do.
struct CycleWindow {
    std::vector<Cycle> cycles;
    /// The highest number ever given to the meter; used only when `cycles` is empty, so that numbers go on
    /// after a purge took every row. 0 for a meter without any cycle: the first is number 1.
    std::int64_t last_count = 0;
};

/// What to write so that the stored cycles equal those of all readings sorted by time.
struct CycleChanges {
    std::vector<Cycle> added;    ///< to insert
    std::vector<Cycle> changed;  ///< stored ones (by `id`) with a new start, stop or count
    std::vector<Cycle> removed;  ///< stored ones that were merged into another
    /// To add to the count of every cycle of the meter that starts after `shift_after` and was not loaded;
    /// 0 unless a late reading opened or joined cycles before them.
    std::int64_t shift = 0;
    core::Instant shift_after = {};
    /// The cycles of the window as they are afterwards, ordered by start (ids of added ones are 0).
    std::vector<Cycle> cycles;

    bool empty() const { return added.empty() && changed.empty() && removed.empty() && shift == 0; }
};

/// Folds readings, observed at `readings` (any order, repeats allowed), into the cycles of a window.
///
/// A reading up to `gap` (inclusive, to the millisecond) from a cycle belongs to it, and joins two cycles
/// when it is that near to both. Late readings that open or join cycles renumber the later ones, so that
/// neither the order nor the batching of readings makes a difference. Cycles that no reading touches keep
/// their limits.
CycleChanges fold_cycles(const CycleWindow& window, std::span<const core::Instant> readings,
                         core::Milliseconds gap);

/// What a cycle took of one day of the site.
struct DayCycle {
    core::LocalDay day;
    core::Milliseconds time{0};

    bool operator==(const DayCycle&) const = default;
};
/// The time from start to stop over the days it touches, oldest first; none for a cycle of a single reading.
std::vector<DayCycle> spread_cycle(const Cycle& cycle, const core::SiteZone& zone);

/// `HH:MM:SS` from start to stop; hours can pass 99.
std::string duration_text(const Cycle& cycle);

}  // namespace silaware::domain
