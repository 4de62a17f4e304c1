#include "ingest/recompute_cycles.hpp"

#include <algorithm>
#include <utility>

#include "storage/cycle_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

using domain::Cycle;
using storage::CycleDay;
constexpr auto around = std::chrono::hours{48};
using DayMilliseconds = std::map<core::LocalDay, std::int64_t>;

void add_days(DayMilliseconds& days, const Cycle& cycle, const core::SiteZone& zone) {
    for (const auto& [day, time] : domain::spread_cycle(cycle, zone))
        days[day] += time.count();
}

/// Writes the days from `first` to `last` that differ; days without cycle time have no row.
void replace_days(storage::Connection& connection, storage::KnownDeviceId meter, const DayMilliseconds& days,
                  core::LocalDay first, std::optional<core::LocalDay> last, DeviceChanges& changes) {
    std::map<std::string, std::int64_t> before;
    for (const CycleDay& day : storage::cycle_days_from(connection, meter, core::format_day(first)))
        before.emplace(day.day, day.cycle_ms);
    std::vector<CycleDay> written;
    for (const auto& [day, milliseconds] : days) {
        if (day < first || (last && day > *last)) continue;
        const auto stored = before.find(core::format_day(day));
        if (stored == before.end() || stored->second != milliseconds)
            written.push_back({meter, core::format_day(day), milliseconds});
        if (stored != before.end()) before.erase(stored);
    }
    std::vector<std::string> deleted;
    for (const auto& [day, milliseconds] : before) {
        if (milliseconds != 0 && (!last || day <= core::format_day(*last))) deleted.push_back(day);
    }
    storage::replace_cycle_days(connection, written);
    storage::delete_cycle_days(connection, meter, deleted);
    changes.cycle_days += static_cast<std::int64_t>(written.size() + deleted.size());
}

storage::CycleHead head_of(storage::Connection& connection, storage::KnownDeviceId meter) {
    const std::vector<storage::KnownDeviceId> ids{meter};
    const auto heads = storage::cycle_heads(connection, ids);
    return heads.empty() ? storage::CycleHead{meter, 0, {}, {}, {}} : heads.front();
}

/// The head shows in nothing but the number of the next cycle.
void write_head(storage::Connection& connection, storage::KnownDeviceId meter, const Cycle& last,
                std::int64_t highest) {
    storage::save_cycle_heads(connection, {storage::CycleHead{meter, highest, core::epoch_ms(last.start),
                                                              core::epoch_ms(last.stop), last.count}});
}

class CycleRebuild {
  public:
    CycleRebuild(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                 const Options& options, DeviceChanges& changes)
        : connection_(connection), scope_(scope), options_(options), changes_(changes), cycles_(fold.cycles) {
        // What is left of rows that were received late: the cycle itself is purged.
        if (scope.purged_before)
            std::erase_if(cycles_, [&](const Cycle& cycle) { return cycle.stop < *scope.purged_before; });
    }

    void run() {
        if (cycles_.empty()) return;
        first_reading_ = cycles_.front().start;
        choose_rebuilt();
        if (rebuilt_.empty()) return;
        const core::Instant from = rebuilt_.front().start - options_.cycle_gap;
        before_ = storage::cycle_before(connection_, scope_.uid, from);
        stored_ = storage::cycles_from(connection_, scope_.uid, from);
        if (earlier_ == 0) keep_what_reaches_in();
        if (scope_.until) leave_what_follows();
        number();
        write();
        write_days();
        save_head();
    }

  private:
    /// Those of the period, and of two days around it: a row that came or went at its end joins or parts the
    /// cycles there.
    void choose_rebuilt() {
        rebuilt_ = cycles_;
        if (scope_.from) {
            const auto behind = [&](const Cycle& cycle) { return cycle.start > *scope_.from - around; };
            const auto first = std::find_if(rebuilt_.begin(), rebuilt_.end(), behind);
            if (first != rebuilt_.begin()) rebuilt_.erase(rebuilt_.begin(), first - 1);
        }
        earlier_ = count_of(cycles_) - count_of(rebuilt_);
        if (scope_.until)
            std::erase_if(rebuilt_,
                          [&](const Cycle& cycle) { return cycle.start >= *scope_.until + around; });
    }

    /// Of a cycle that began before the rows that are left.
    void keep_what_reaches_in() {
        if (stored_.empty() || stored_.front().start >= rebuilt_.front().start) return;
        rebuilt_.front().start = stored_.front().start;
        cycles_.front().start = stored_.front().start;
        straddling_ = stored_.front();
    }

    /// What is stored behind the period stays, with new numbers if need be.
    void leave_what_follows() {
        const core::Instant last = std::max(rebuilt_.back().stop + options_.cycle_gap,
                                            *scope_.until + around - core::Milliseconds{1});
        const auto beyond = [&](const Cycle& cycle) { return cycle.start > last; };
        const auto first = std::find_if(stored_.begin(), stored_.end(), beyond);
        following_.assign(first, stored_.end());
        stored_.erase(first, stored_.end());
    }

    static std::int64_t count_of(const std::vector<Cycle>& cycles) {
        return static_cast<std::int64_t>(cycles.size());
    }

    /// How many cycles the rows show that end before `at`.
    std::int64_t ended_before(core::Instant at) const {
        return std::ranges::lower_bound(cycles_, at, {}, &Cycle::stop) - cycles_.begin();
    }

    /// How many cycles the rows show that start at `at` or earlier.
    std::int64_t started_until(core::Instant at) const {
        return std::ranges::upper_bound(cycles_, at, {}, &Cycle::start) - cycles_.begin();
    }

    /// From a stored number on: cycles between, of periods that were never rebuilt, have theirs too.
    std::int64_t number_by_stored() const {
        if (straddling_) return straddling_->count;
        if (before_)
            return before_->count + 1 + std::max<std::int64_t>(0, earlier_ - started_until(before_->stop));
        for (const auto* known : {&stored_, &following_}) {
            if (known->empty()) continue;
            const std::int64_t between = ended_before(known->front().start) - earlier_;
            return known->front().count - std::max<std::int64_t>(0, between);
        }
        return head_of(connection_, scope_.id).last_count - count_of(cycles_) + earlier_ + 1;
    }

    void number() {
        const std::int64_t first = std::max(number_by_stored(), earlier_ + 1);
        std::int64_t next = first;
        for (Cycle& cycle : rebuilt_)
            cycle.count = next++;
        for (Cycle& cycle : following_) {
            next = std::max(next, first + ended_before(cycle.start) - earlier_);
            if (std::exchange(cycle.count, next) != next) renumbered_.push_back(cycle);
            ++next;
        }
    }

    void save_head() {
        const Cycle& last = following_.empty() ? rebuilt_.back() : following_.back();
        write_head(connection_, scope_.id, last, last.count);
    }

    /// Rows keep their ids where a cycle still starts when it did.
    void write() {
        std::map<core::Instant, Cycle> left;
        std::vector<Cycle> removed;
        for (const Cycle& cycle : stored_) {
            if (!left.emplace(cycle.start, cycle).second) removed.push_back(cycle);
        }
        std::vector<Cycle> added;
        std::vector<Cycle> changed = renumbered_;
        for (const Cycle& cycle : rebuilt_) {
            const auto known = left.find(cycle.start);
            if (known == left.end()) {
                added.push_back(cycle);
                continue;
            }
            if (known->second.stop != cycle.stop || known->second.count != cycle.count)
                changed.push_back({cycle.start, cycle.stop, cycle.count, known->second.id});
            left.erase(known);
        }
        for (const auto& [start, cycle] : left)
            removed.push_back(cycle);
        storage::delete_cycles(connection_, removed);
        storage::update_cycles(connection_, changed, options_.zone);
        storage::insert_cycles(connection_, scope_.uid, added, options_.zone);
        changes_.cycles_added += static_cast<std::int64_t>(added.size());
        changes_.cycles_changed += static_cast<std::int64_t>(changed.size());
        changes_.cycles_removed += static_cast<std::int64_t>(removed.size());
    }

    void write_days() {
        DayMilliseconds days;
        for (const Cycle& cycle : cycles_)
            add_days(days, cycle, options_.zone);
        std::optional<core::LocalDay> last;
        if (scope_.until) last = options_.zone.day_of(*scope_.until - core::Milliseconds{1});
        core::LocalDay first = has_all_readings(days) ? core::LocalDay{} : first_whole_day();
        if (scope_.from) first = std::max(first, options_.zone.day_of(*scope_.from));
        replace_days(connection_, scope_.id, days, first, last, changes_);
    }

    /// True if no reading was purged: as much time is counted as the cycles take.
    bool has_all_readings(const DayMilliseconds& days) const {
        if (scope_.from || scope_.until || scope_.edge) return false;
        std::int64_t taken = 0;
        for (const auto& [day, milliseconds] : days)
            taken += milliseconds;
        std::int64_t counted = 0;
        for (const CycleDay& day : storage::cycle_days_from(connection_, scope_.id, core::format_day({})))
            counted += day.cycle_ms;
        return counted > 0 && counted == taken;
    }

    /// Of the days before it, cycles may be purged already.
    core::LocalDay first_whole_day() const {
        const auto& zone = options_.zone;
        core::LocalDay first = zone.day_of(cycles_.front().start);
        const auto oldest = storage::oldest_cycle_day(connection_, scope_.id);
        const auto quarter = storage::oldest_quarter_hour(connection_, scope_.id);
        const bool purged_rows = (oldest && *oldest < core::format_day(first)) ||
                                 (quarter && *quarter < storage::bucket_of(first_reading_));
        const auto earlier =
            storage::cycle_before(connection_, scope_.uid, first_reading_ - options_.cycle_gap);
        if (straddling_ || earlier || purged_rows) first = zone.day_of(first_reading_) + date::days{1};
        if (scope_.edge) first = zone.day_of(*scope_.edge) + date::days{1};
        if (!scope_.purged_before) return first;
        const core::LocalDay purged = zone.day_of(*scope_.purged_before);
        return oldest && *oldest <= core::format_day(purged) ? std::max(first, purged + date::days{1})
                                                             : first;
    }

    storage::Connection& connection_;
    const MeterScope& scope_;
    const Options& options_;
    DeviceChanges& changes_;
    std::vector<Cycle> cycles_;  ///< all that the rows show
    core::Instant first_reading_;
    std::int64_t earlier_ = 0;    ///< how many of them lie before those to be rebuilt
    std::vector<Cycle> rebuilt_;  ///< those that are written
    std::optional<Cycle> before_;
    std::optional<Cycle> straddling_;
    std::vector<Cycle> stored_;
    std::vector<Cycle> following_;
    std::vector<Cycle> renumbered_;
};

}  // namespace

void rebuild_cycles(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                    const Options& options, DeviceChanges& changes) {
    if (!fold.cycles.empty()) CycleRebuild(connection, scope, fold, options, changes).run();
}

void adopt_cycles(storage::Connection& connection, const MeterScope& scope, const core::SiteZone& zone,
                  DeviceChanges& changes) {
    const auto cycles = storage::cycles_from(connection, scope.uid, core::Instant{});
    if (cycles.empty()) return;
    DayMilliseconds days;
    std::int64_t highest = 0;
    const Cycle* last = &cycles.front();
    for (const Cycle& cycle : cycles) {
        add_days(days, cycle, zone);
        highest = std::max(highest, cycle.count);
        if (cycle.stop >= last->stop) last = &cycle;
    }
    replace_days(connection, scope.id, days, zone.day_of(cycles.front().start), std::nullopt, changes);
    write_head(connection, scope.id, *last, std::max(highest, last->count));
}

}  // namespace silaware::ingest
