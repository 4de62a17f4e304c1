#include "ingest/recompute_energy.hpp"

#include <limits>
#include <set>

#include "core/clock.hpp"
#include "storage/correction_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

using storage::EnergyDayRow;
using storage::QuarterHourRow;
using storage::Register;
using Quarters = std::map<std::int64_t, QuarterHourRow>;

constexpr std::int64_t no_bucket = std::numeric_limits<std::int32_t>::max();
constexpr auto observed_apart = std::chrono::hours{25};  // of receipt, at most, and a quarter hour

void add_sums(Quarters& quarters, const domain::QuarterSums& sums, double QuarterHourRow::* amount) {
    for (const auto& [start, value] : sums)
        quarters[storage::bucket_of(start)].*amount += value;
}

Quarters rebuilt_quarters(const MeterScope& scope, const MeterFold& fold) {
    Quarters quarters;
    add_sums(quarters, fold.energy.sums, &QuarterHourRow::energy_kwh);
    add_sums(quarters, fold.co2.sums, &QuarterHourRow::co2_kg);
    for (const auto& [start, power] : fold.power) {
        QuarterHourRow& row = quarters[storage::bucket_of(start)];
        row.samples = power.samples;
        row.slots = static_cast<std::int64_t>(power.slots);
        row.power_sum_w = power.watts_sum;
        if (power.samples > 0) row.power_max_w = power.watts_max;
        const auto interval =
            std::chrono::duration_cast<core::Seconds>(core::Milliseconds{scope.usual_interval_ms});
        row.covered_ms = std::int64_t{1000} * domain::covered_seconds(power.slots, interval);
    }
    for (const auto& [start, factors] : fold.power_factors) {
        QuarterHourRow& row = quarters[storage::bucket_of(start)];
        row.pf_sum = factors.sum;
        row.pf_samples = factors.samples;
    }
    for (auto& [bucket, row] : quarters) {
        row.device_id = scope.id;
        row.bucket = bucket;
        if (std::abs(row.energy_kwh) < 1e-9) row.energy_kwh = 0;
        if (std::abs(row.co2_kg) < 1e-9) row.co2_kg = 0;
    }
    return quarters;
}

bool same(const QuarterHourRow& a, const QuarterHourRow& b) {
    return nearly_equal(a.energy_kwh, b.energy_kwh) && nearly_equal(a.co2_kg, b.co2_kg) &&
           nearly_equal(a.power_sum_w, b.power_sum_w) && a.power_max_w == b.power_max_w &&
           a.samples == b.samples && a.slots == b.slots && nearly_equal(a.pf_sum, b.pf_sum) &&
           a.pf_samples == b.pf_samples;
}

class EnergyRebuild {
  public:
    EnergyRebuild(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                  const core::SiteZone& zone, DeviceChanges& changes)
        : connection_(connection),
          scope_(scope),
          fold_(fold),
          zone_(zone),
          changes_(changes),
          rebuilt_(rebuilt_quarters(scope, fold)) {}

    void run() {
        find_beginning();
        const core::Instant energy_from = trusted_from(fold_.energy);
        const core::Instant co2_from = trusted_from(fold_.co2);
        last_ = scope_.until ? storage::bucket_of(*scope_.until) - 1 : no_bucket;
        const core::LocalDay day = first_day();
        for (const QuarterHourRow& row : storage::quarter_hours_of(
                 connection_, scope_.id, storage::bucket_of(zone_.start_of_day(day)), last_)) {
            stored_.emplace(row.bucket, row);
        }
        leave_before(energy_from, &QuarterHourRow::energy_kwh);
        leave_before(co2_from, &QuarterHourRow::co2_kg);
        replace_quarters();
        replace_days(day);
        const std::int64_t touched = changes_.quarter_hours;
        const bool energy = replace_corrections(Register::energy, fold_.energy, energy_from);
        const bool co2 = replace_corrections(Register::co2, fold_.co2, co2_from);
        if (!scope_.until) replace_states(touched > 0 || energy || co2);
    }

  private:
    /// False for a register that may have shown anything before what is left of its rows.
    bool has_beginning(const RegisterRebuild& rebuild) const { return rebuild.known && !rows_missing_; }

    /// From when on a register is known as well as by those who saw it all; what is stored before it stays.
    core::Instant trusted_from(const RegisterRebuild& rebuild) const {
        if (has_beginning(rebuild)) return core::Instant::min();
        return rebuild.settled_since.value_or(core::Instant::max());
    }

    /// Quarter hours are never purged: days follow another time zone also where the raw rows are.
    core::LocalDay first_day() const {
        const core::LocalDay first = zone_.day_of(storage::bucket_start(first_));
        if (scope_.from) return first;
        const auto oldest = storage::oldest_quarter_hour(connection_, scope_.id);
        const core::LocalDay oldest_day = zone_.day_of(storage::bucket_start(oldest.value_or(first_)));
        return std::min(first, oldest_day) - date::days{1};  // as another zone may have called it
    }

    /// True if no raw row was purged: as many samples are counted as there are. Before a purge, what sends no
    /// power may have been counted, too.
    bool has_all_rows(std::int64_t oldest) const {
        if (scope_.from || scope_.until) return false;
        if (scope_.purged_before && oldest <= storage::bucket_of(*scope_.purged_before + observed_apart))
            return false;
        std::int64_t samples = 0;
        for (const auto& [bucket, row] : rebuilt_)
            samples += row.samples;
        return samples > 0 && samples == storage::counted_samples(connection_, scope_.id);
    }

    /// The first quarter hour whose raw rows are all there; those before it stay.
    void find_beginning() {
        if (scope_.edge) {
            first_ = storage::bucket_of(*scope_.edge);
        } else {
            guess_beginning();
        }
        if (scope_.from) first_ = std::max(first_, storage::bucket_of(*scope_.from));
    }

    /// Where rows may have been purged before edges were kept.
    void guess_beginning() {
        const std::int64_t first_reading = storage::bucket_of(*fold_.first);
        first_ = first_reading;
        const auto oldest = storage::oldest_quarter_hour(connection_, scope_.id);
        if (oldest && has_all_rows(*oldest)) {
            first_ = std::min(first_, *oldest);
            return;
        }
        std::optional<core::Instant> doubtful;
        if (oldest && *oldest < first_reading) {
            rows_missing_ = true;
            first_ = first_reading + 1;
            doubtful = fold_.first;
        }
        if (scope_.purged_before && oldest && *oldest < storage::bucket_of(*scope_.purged_before)) {
            rows_missing_ = true;
            first_ = std::max(first_, storage::bucket_of(*scope_.purged_before) + 1);
            doubtful = std::max(doubtful.value_or(*scope_.purged_before), *scope_.purged_before);
        } else if (scope_.purged_before && *fold_.first < *scope_.purged_before + observed_apart) {
            doubtful = std::max(doubtful.value_or(*fold_.first), *fold_.first);
        }
        if (doubtful) skip_incomplete(storage::bucket_of(*doubtful + observed_apart));
    }

    /// The purge goes by time of receipt: observed times around its end lack some of their rows.
    void skip_incomplete(std::int64_t until) {
        for (const QuarterHourRow& row : storage::quarter_hours_of(connection_, scope_.id, first_, until)) {
            const auto found = rebuilt_.find(row.bucket);
            const std::int64_t samples = found == rebuilt_.end() ? 0 : found->second.samples;
            if (row.samples > samples) first_ = row.bucket + 1;
        }
    }

    void leave_before(core::Instant from, double QuarterHourRow::* amount) {
        const auto is_left = [&](std::int64_t bucket) { return storage::bucket_start(bucket) < from; };
        for (auto& [bucket, row] : rebuilt_) {
            if (is_left(bucket)) row.*amount = 0;
        }
        for (const auto& [bucket, stored] : stored_) {
            if (stored.*amount == 0 || !is_left(bucket)) continue;
            QuarterHourRow& row = rebuilt_[bucket];
            row.device_id = scope_.id;
            row.bucket = bucket;
            row.*amount = stored.*amount;
        }
    }

    void replace_quarters() {
        std::set<std::int64_t> buckets;
        for (const auto& [bucket, row] : stored_)
            buckets.insert(bucket);
        for (const auto& [bucket, row] : rebuilt_)
            buckets.insert(bucket);
        std::vector<QuarterHourRow> written;
        std::vector<std::int64_t> deleted;
        for (auto bucket = buckets.lower_bound(first_); bucket != buckets.end() && *bucket <= last_;
             ++bucket) {
            const QuarterHourRow before = stored_.contains(*bucket) ? stored_[*bucket] : QuarterHourRow{};
            const QuarterHourRow after = rebuilt_.contains(*bucket) ? rebuilt_[*bucket] : QuarterHourRow{};
            if (same(before, after)) continue;
            changes_.energy_kwh += after.energy_kwh - before.energy_kwh;
            changes_.co2_kg += after.co2_kg - before.co2_kg;
            if (rebuilt_.contains(*bucket)) {
                stored_[*bucket] = after;
                written.push_back(after);
            } else {
                stored_.erase(*bucket);
                deleted.push_back(*bucket);
            }
        }
        storage::replace_quarter_hours(connection_, written);
        storage::delete_quarter_hours(connection_, scope_.id, deleted);
        changes_.quarter_hours += static_cast<std::int64_t>(written.size() + deleted.size());
    }

    std::map<std::string, EnergyDayRow> days_of_quarters() const {
        std::map<std::string, EnergyDayRow> days;
        for (const auto& [bucket, row] : stored_) {
            const std::string date = core::format_day(zone_.day_of(storage::bucket_start(bucket)));
            EnergyDayRow& day = days[date];
            day.device_id = scope_.id;
            day.day = date;
            day.energy_kwh += row.energy_kwh;
            day.co2_kg += row.co2_kg;
            day.samples += row.samples;
            day.covered_ms += row.covered_ms;
            if (row.samples == 0 && row.energy_kwh <= 0) continue;
            const double demand = storage::demand_of(row);
            if (day.max_demand_kw && demand <= *day.max_demand_kw) continue;
            day.max_demand_kw = demand;
            day.max_demand_bucket = bucket;
        }
        return days;
    }

    /// Of two quarter hours with the same demand either may be the day's.
    bool same_maximum(const EnergyDayRow& before, const EnergyDayRow& after) const {
        const double highest = after.max_demand_kw.value_or(0);
        if (!nearly_equal(before.max_demand_kw.value_or(0), highest)) return false;
        if (before.max_demand_bucket == after.max_demand_bucket || highest == 0) return true;
        if (!before.max_demand_bucket) return false;
        const auto named = stored_.find(*before.max_demand_bucket);
        return named != stored_.end() && nearly_equal(storage::demand_of(named->second), highest);
    }

    bool same_day(const EnergyDayRow& before, const EnergyDayRow& after) const {
        return nearly_equal(before.energy_kwh, after.energy_kwh) &&
               nearly_equal(before.co2_kg, after.co2_kg) && before.samples == after.samples &&
               before.covered_ms == after.covered_ms && same_maximum(before, after);
    }

    void replace_days(core::LocalDay first_day) {
        const std::string last_day =
            scope_.until ? core::format_day(zone_.day_of(*scope_.until - core::Milliseconds{1}))
                         : "9999-12-31";
        std::map<std::string, EnergyDayRow> before;
        for (EnergyDayRow& row :
             storage::energy_days_of(connection_, scope_.id, core::format_day(first_day), last_day)) {
            before.emplace(row.day, row);
        }
        std::vector<EnergyDayRow> written;
        std::vector<std::string> deleted;
        const auto after = days_of_quarters();
        for (const auto& [date, row] : after) {
            const auto found = before.find(date);
            if (found == before.end() || !same_day(found->second, row)) written.push_back(row);
        }
        for (const auto& [date, row] : before) {
            if (!after.contains(date)) deleted.push_back(date);
        }
        storage::replace_energy_days(connection_, written);
        storage::delete_energy_days(connection_, scope_.id, deleted);
        changes_.energy_days += static_cast<std::int64_t>(written.size() + deleted.size());
    }

    static bool same_correction(const domain::Correction& a, const domain::Correction& b) {
        return a.observed_at == b.observed_at && a.kind == b.kind && nearly_equal(a.before, b.before) &&
               nearly_equal(a.after, b.after) && nearly_equal(a.energy, b.energy);
    }

    /// True if any was added or removed.
    bool replace_corrections(Register which, const RegisterRebuild& rebuild, core::Instant trusted) {
        const core::Instant from = std::max(storage::bucket_start(first_), trusted);
        const core::Instant to = scope_.until.value_or(storage::bucket_start(no_bucket));
        if (from >= to) return false;
        auto stored = storage::corrections_between(connection_, scope_.id, which, from, to);
        std::vector<domain::Correction> added;
        for (const domain::Correction& correction : rebuild.corrections) {
            if (correction.observed_at < from || correction.observed_at >= to) continue;
            const auto known = std::find_if(stored.begin(), stored.end(), [&](const auto& other) {
                return same_correction(other.correction, correction);
            });
            if (known == stored.end()) {
                added.push_back(correction);
            } else {
                stored.erase(known);
            }
        }
        std::vector<std::int64_t> removed;
        for (const auto& left : stored)
            removed.push_back(left.id);
        storage::delete_corrections(connection_, removed);
        storage::add_corrections(connection_, scope_.id, which, added);
        changes_.corrections_removed += static_cast<std::int64_t>(removed.size());
        changes_.corrections_added += static_cast<std::int64_t>(added.size());
        return !removed.empty() || !added.empty();
    }

    static bool same_readings(const domain::RegisterState& a, const domain::RegisterState& b) {
        return a.head == b.head && a.last_sure().has_value() == b.last_sure().has_value() &&
               nearly_equal(a.last_sure().value_or(0), b.last_sure().value_or(0));
    }

    /// True if the stored state is to stay: where the rebuilt one is not sure of itself, or says the same but
    /// knows less of the register's pace.
    bool keeps(const domain::RegisterState& stored, const RegisterRebuild& rebuild,
               bool results_changed) const {
        if (has_beginning(rebuild) || !stored.head) return false;
        return !rebuild.settled_since || (!results_changed && same_readings(stored, rebuild.state));
    }

    /// Limits that were never noted are those of today.
    static bool limits_differ(const storage::RegisterHeads& stored, const storage::RegisterHeads& rebuilt) {
        return stored.energy_limits.value_or(*rebuilt.energy_limits) != *rebuilt.energy_limits ||
               stored.co2_limits.value_or(*rebuilt.co2_limits) != *rebuilt.co2_limits;
    }

    void replace_states(bool results_changed) {
        const std::vector<storage::KnownDeviceId> ids{scope_.id};
        const auto heads = storage::register_heads(connection_, ids);
        const storage::RegisterHeads stored =
            heads.empty() ? storage::RegisterHeads{scope_.id, {}, {}} : heads.front();
        storage::RegisterHeads rebuilt{scope_.id, fold_.energy.state, fold_.co2.state, fold_.limits().energy,
                                       fold_.limits().co2};
        const bool keeps_energy = keeps(stored.energy, fold_.energy, results_changed);
        const bool keeps_co2 = keeps(stored.co2, fold_.co2, results_changed);
        if (keeps_energy) {
            rebuilt.energy = stored.energy;
            rebuilt.energy_limits = stored.energy_limits.value_or(fold_.limits().energy);
        }
        if (keeps_co2) {
            rebuilt.co2 = stored.co2;
            rebuilt.co2_limits = stored.co2_limits.value_or(fold_.limits().co2);
        }
        // What was purged may have shown more than 0.
        if (!has_beginning(fold_.energy)) rebuilt.energy.ever_positive |= stored.energy.ever_positive;
        if (!has_beginning(fold_.co2)) rebuilt.co2.ever_positive |= stored.co2.ever_positive;
        if (stored.energy != rebuilt.energy || stored.co2 != rebuilt.co2 || limits_differ(stored, rebuilt)) {
            storage::save_register_heads(connection_, {rebuilt});
            ++changes_.register_states;
        }
        if (!keeps_energy) replace_checkpoints(Register::energy, fold_.energy);
        if (!keeps_co2) replace_checkpoints(Register::co2, fold_.co2);
    }

    /// Those of hours before the edge stay: their rows are purged.
    void replace_checkpoints(Register which, const RegisterRebuild& rebuild) {
        const core::Instant from =
            scope_.edge ? date::ceil<std::chrono::hours>(*scope_.edge) : core::Instant{};
        storage::drop_checkpoints(connection_, scope_.id, which, from);
        storage::add_checkpoints(connection_, scope_.id, which,
                                 {rebuild.checkpoints.begin(), rebuild.checkpoints.end()}, core::clock_now());
    }

    storage::Connection& connection_;
    const MeterScope& scope_;
    const MeterFold& fold_;
    const core::SiteZone& zone_;
    DeviceChanges& changes_;
    Quarters rebuilt_;
    Quarters stored_;  // as they are, then as they will be
    bool rows_missing_ = false;
    std::int64_t first_ = 0;
    std::int64_t last_ = no_bucket;
};

}  // namespace

void rebuild_energy(storage::Connection& connection, const MeterScope& scope, const MeterFold& fold,
                    const core::SiteZone& zone, DeviceChanges& changes) {
    if (fold.first) EnergyRebuild(connection, scope, fold, zone, changes).run();
}

}  // namespace silaware::ingest
