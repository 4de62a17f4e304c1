#include "domain/cycle.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace silaware::domain {

namespace {

using core::Instant;

/// A stored cycle, or a run of new readings.
struct Stretch {
    Instant start;
    Instant stop;
    const Cycle* stored;  // null for readings
};

/// Neighbouring stretches that are no further apart than the gap.
struct Group {
    Instant start;
    Instant stop;
    std::vector<const Cycle*> stored;
    bool touched;  // by a new reading
};

std::vector<Stretch> stretches(const CycleWindow& window, std::span<const Instant> readings,
                               core::Milliseconds gap) {
    std::vector<Instant> sorted(readings.begin(), readings.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<Stretch> result;
    for (const Instant reading : sorted) {
        if (!result.empty() && reading - result.back().stop <= gap) {
            result.back().stop = reading;
        } else {
            result.push_back({reading, reading, nullptr});
        }
    }
    for (const Cycle& cycle : window.cycles)
        result.push_back({cycle.start, cycle.stop, &cycle});
    std::sort(result.begin(), result.end(), [](const Stretch& a, const Stretch& b) {
        return std::tie(a.start, a.stop) < std::tie(b.start, b.stop);
    });
    return result;
}

std::vector<Group> groups(const std::vector<Stretch>& stretches, core::Milliseconds gap) {
    std::vector<Group> result;
    for (const Stretch& next : stretches) {
        if (result.empty() || next.start - result.back().stop > gap) {
            result.push_back({next.start, next.stop, {}, false});
        }
        Group& group = result.back();
        group.stop = std::max(group.stop, next.stop);
        if (next.stored == nullptr) {
            group.touched = true;
        } else {
            group.stored.push_back(next.stored);
        }
    }
    return result;
}

/// Numbers the cycles from left to right and notes what differs from what is stored.
class Numbering {
  public:
    explicit Numbering(std::optional<std::int64_t> next_free) : next_(next_free) {}

    void keep(const Cycle& stored) { place(stored, stored.start, stored.stop); }

    void join(const Group& group) {
        place(*group.stored.front(), group.start, group.stop);
        for (std::size_t i = 1; i < group.stored.size(); ++i) {
            changes_.removed.push_back(*group.stored[i]);
            --changes_.shift;
        }
    }

    void open(const Group& group, const Cycle* next_stored) {
        const std::int64_t count = next_ ? *next_ : next_stored->count;
        const Cycle cycle{group.start, group.stop, count, 0};
        changes_.added.push_back(cycle);
        changes_.cycles.push_back(cycle);
        next_ = count + 1;
        ++changes_.shift;
    }

    CycleChanges finish() && {
        if (!changes_.cycles.empty()) changes_.shift_after = changes_.cycles.back().stop;
        return std::move(changes_);
    }

  private:
    void place(const Cycle& stored, Instant start, Instant stop) {
        const Cycle cycle{start, stop, stored.count + changes_.shift, stored.id};
        if (cycle != stored) changes_.changed.push_back(cycle);
        changes_.cycles.push_back(cycle);
        next_ = cycle.count + 1;
    }

    std::optional<std::int64_t> next_;  // the number after the last one placed
    CycleChanges changes_;
};

/// True if the meter has no cycle beyond the window: the nearest one behind the readings would be in it.
bool ends_with_newest(const CycleWindow& window, std::span<const Instant> readings, core::Milliseconds gap) {
    if (window.cycles.empty() || readings.empty()) return true;
    const Instant latest = *std::max_element(readings.begin(), readings.end());
    return window.cycles.back().start <= latest + gap;
}

}  // namespace

CycleChanges fold_cycles(const CycleWindow& window, std::span<const Instant> readings,
                         core::Milliseconds gap) {
    Numbering numbering(window.cycles.empty() ? std::optional(window.last_count + 1) : std::nullopt);
    const Cycle* next_stored = window.cycles.empty() ? nullptr : window.cycles.data();
    for (const Group& group : groups(stretches(window, readings, gap), gap)) {
        if (group.stored.empty()) {
            numbering.open(group, next_stored);
        } else if (group.touched) {
            numbering.join(group);
        } else {
            for (const Cycle* cycle : group.stored)
                numbering.keep(*cycle);
        }
    }
    CycleChanges changes = std::move(numbering).finish();
    if (ends_with_newest(window, readings, gap)) changes.shift = 0;
    return changes;
}

std::vector<DayCycle> spread_cycle(const Cycle& cycle, const core::SiteZone& zone) {
    std::vector<DayCycle> days;
    core::Instant from = cycle.start;
    for (core::LocalDay day = zone.day_of(from); from < cycle.stop; day += date::days{1}) {
        const core::Instant to = std::min(cycle.stop, zone.start_of_day(day + date::days{1}));
        if (to > from) days.push_back({day, to - from});
        from = std::max(from, to);
    }
    return days;
}

std::string duration_text(const Cycle& cycle) {
    return core::format_hms(std::chrono::floor<core::Seconds>(cycle.stop - cycle.start).count());
}

}  // namespace silaware::domain
