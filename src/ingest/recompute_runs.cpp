#include "ingest/recompute_runs.hpp"

#include <limits>
#include <set>
#include <tuple>

#include "domain/run_time.hpp"
#include "storage/run_store.hpp"

namespace silaware::ingest {

namespace {

using storage::RunDay;
using storage::StoredRun;

constexpr std::int64_t runs_at_once = 10'000;
constexpr std::int64_t year_2000 = 946'684'800;

/// The days of a machine as its records have them.
class RunFold {
  public:
    RunFold(const core::SiteZone& zone, core::Instant now)
        : zone_(zone), latest_(core::epoch_ms(now + date::days{1}) / 1000) {}

    void read(const StoredRun& run, const core::DeviceId& id) {
        newest_received = std::max(newest_received.value_or(run.received_ms), run.received_ms);
        const bool possible = run.start >= year_2000 && run.stop >= run.start && run.stop <= latest_ &&
                              run.cycle_count >= 0 && run.total_run >= 0;
        if (!possible) {
            ++uncountable;
            return;
        }
        if (run.start != start_) seen_.clear();
        start_ = run.start;
        if (!seen_.emplace(run.stop, run.cycle_count, run.total_run).second) return;
        oldest_start = oldest_start ? oldest_start : std::optional(at(run.start));
        oldest_stop = std::min(oldest_stop.value_or(at(run.stop)), at(run.stop));
        const domain::RunMessage record{id, run.start, run.stop, run.cycle_count, run.total_run};
        for (const domain::DayRun& share : domain::spread_run(record, zone_)) {
            RunDay& day = days[share.day];
            day.run_seconds += share.run_seconds;
            day.cycles += share.cycles;
        }
    }

    std::map<core::LocalDay, RunDay> days;
    std::optional<core::Instant> oldest_start;
    std::optional<core::Instant> oldest_stop;
    std::optional<std::int64_t> newest_received;
    std::int64_t uncountable = 0;

  private:
    static core::Instant at(std::int64_t seconds) { return core::from_epoch_ms(seconds * 1000); }

    const core::SiteZone& zone_;
    std::int64_t latest_;
    std::int64_t start_ = -1;
    std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> seen_;  // of this start
};

RunFold fold_runs(storage::Connection& connection, const MeterScope& scope, const core::SiteZone& zone,
                  core::Instant now) {
    RunFold fold(zone, now);
    const auto id = core::DeviceId::parse(scope.uid);
    if (!id) return fold;
    storage::RunCursor cursor{std::numeric_limits<std::int64_t>::min(), 0, 0};
    for (;;) {
        const auto runs = storage::runs_after(connection, scope.uid, cursor, runs_at_once);
        if (runs.empty()) return fold;
        for (const StoredRun& run : runs)
            fold.read(run, *id);
        cursor = {runs.back().start, runs.back().stop, runs.back().id};
    }
}

std::pair<std::int64_t, std::int64_t> seconds_and_cycles(const std::map<core::LocalDay, RunDay>& days) {
    std::pair<std::int64_t, std::int64_t> sums;
    for (const auto& [day, run] : days) {
        sums.first += run.run_seconds;
        sums.second += run.cycles;
    }
    return sums;
}

/// The first day whose records are all there; the days before it stay.
core::LocalDay first_whole_day(const MeterScope& scope, const RunFold& fold,
                               const std::map<core::LocalDay, RunDay>& stored, const core::SiteZone& zone) {
    core::LocalDay first = zone.day_of(*fold.oldest_start);
    if (stored.empty()) return first;
    const core::LocalDay oldest = stored.begin()->first;
    const bool none_purged = seconds_and_cycles(fold.days) == seconds_and_cycles(stored);
    if (none_purged) return std::min(first, oldest);  // days of another time zone begin elsewhere
    if (oldest < first) first = zone.day_of(*fold.oldest_stop) + date::days{1};
    if (scope.purged_before && oldest <= zone.day_of(*scope.purged_before))
        first = std::max(first, zone.day_of(*scope.purged_before) + date::days{1});
    return first;
}

class RunRebuild {
  public:
    RunRebuild(storage::Connection& connection, const MeterScope& scope, const core::SiteZone& zone,
               DeviceChanges& changes)
        : connection_(connection), scope_(scope), zone_(zone), changes_(changes) {}

    void run(const RunFold& fold) {
        for (const RunDay& day : storage::run_days_of(connection_, scope_.id))
            days_.emplace(core::parse_day(day.day).value_or(core::LocalDay{}), day);
        core::LocalDay first = first_whole_day(scope_, fold, days_, zone_);
        if (scope_.from) first = std::max(first, zone_.day_of(*scope_.from));
        std::optional<core::LocalDay> end;
        if (scope_.until) end = zone_.day_of(*scope_.until);
        replace(fold, first, end);
        save_total();
    }

  private:
    void replace(const RunFold& fold, core::LocalDay first, std::optional<core::LocalDay> end) {
        const auto outside = [&](core::LocalDay day) { return day < first || (end && day >= *end); };
        std::vector<RunDay> written;
        for (const auto& [day, rebuilt] : fold.days) {
            if (outside(day)) continue;
            const auto stored = days_.find(day);
            if (stored != days_.end() && stored->second.run_seconds == rebuilt.run_seconds &&
                stored->second.cycles == rebuilt.cycles) {
                continue;
            }
            written.push_back({scope_.id, core::format_day(day), rebuilt.run_seconds, rebuilt.cycles});
            days_[day] = written.back();
        }
        std::vector<std::string> deleted;
        std::erase_if(days_, [&](const auto& entry) {
            if (outside(entry.first) || fold.days.contains(entry.first)) return false;
            deleted.push_back(core::format_day(entry.first));
            return true;
        });
        storage::replace_run_days(connection_, written);
        storage::delete_run_days(connection_, scope_.id, deleted);
        changes_.run_days += static_cast<std::int64_t>(written.size() + deleted.size());
    }

    void save_total() {
        std::int64_t total = 0;
        for (const auto& [day, run] : days_)
            total += run.run_seconds;
        const std::vector<storage::KnownDeviceId> ids{scope_.id};
        const auto stored = storage::run_totals(connection_, ids);
        const std::int64_t before = stored.empty() ? 0 : stored.front().total_seconds;
        if (!stored.empty() && before == total) return;
        storage::set_run_total(connection_, {scope_.id, total});
        changes_.run_seconds += total - before;
    }

    storage::Connection& connection_;
    const MeterScope& scope_;
    const core::SiteZone& zone_;
    DeviceChanges& changes_;
    std::map<core::LocalDay, RunDay> days_;  // as they are, then as they will be
};

}  // namespace

std::optional<std::int64_t> rebuild_runs(storage::Connection& connection, const MeterScope& scope,
                                         const core::SiteZone& zone, core::Instant now,
                                         DeviceChanges& changes) {
    const RunFold fold = fold_runs(connection, scope, zone, now);
    changes.uncountable_runs += fold.uncountable;
    if (fold.oldest_start) RunRebuild(connection, scope, zone, changes).run(fold);
    return fold.newest_received;
}

}  // namespace silaware::ingest
