#include "ingest/power_rollup_ingest.hpp"

#include <cmath>
#include <set>

#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

using storage::EnergyDayRow;
using storage::KnownDeviceId;
using storage::QuarterHourRow;

constexpr std::int64_t default_interval_ms = 5'000;

/// What was added and taken back again leaves a rest of rounding, which is nothing.
double settled(double amount) {
    return std::abs(amount) < 1e-9 ? 0 : amount;
}

std::map<QuarterKey, QuarterHourRow> stored_quarters(storage::Connection& connection,
                                                     const QuarterHours& keys) {
    std::vector<storage::BucketRange> ranges;
    for (const auto& [key, quarter] : keys) {
        const auto& [meter, bucket] = key;
        if (ranges.empty() || ranges.back().meter != meter) ranges.push_back({meter, bucket, bucket});
        ranges.back().last = bucket;
    }
    std::map<QuarterKey, QuarterHourRow> found;
    for (const QuarterHourRow& row : storage::quarter_hours_in(connection, ranges))
        found.emplace(QuarterKey{row.device_id, row.bucket}, row);
    return found;
}

QuarterHourRow merged(const QuarterKey& key, const QuarterHourRow* stored, const QuarterHour& added,
                      std::int64_t interval_ms) {
    QuarterHourRow row = stored ? *stored : QuarterHourRow{.device_id = key.first, .bucket = key.second};
    domain::PowerQuarter power = storage::power_of(row);
    power.merge(added.power);
    row.energy_kwh = settled(row.energy_kwh + added.energy_kwh);
    row.co2_kg = settled(row.co2_kg + added.co2_kg);
    row.power_sum_w = power.watts_sum;
    if (power.samples > 0) row.power_max_w = power.watts_max;
    row.samples = power.samples;
    row.slots = static_cast<std::int64_t>(power.slots);
    row.pf_sum += added.pf_sum;
    row.pf_samples += added.pf_samples;
    const auto interval = std::chrono::duration_cast<core::Seconds>(core::Milliseconds{interval_ms});
    row.covered_ms = std::int64_t{1000} * domain::covered_seconds(power.slots, interval);
    return row;
}

struct Change {
    const QuarterHourRow* before;  ///< null: the quarter hour is new
    const QuarterHourRow* after;
};
using DayChanges = std::map<std::pair<KnownDeviceId, core::LocalDay>, std::vector<Change>>;
using StoredDays = std::map<std::pair<KnownDeviceId, std::string>, EnergyDayRow>;

/// The stored days of `changes`, and perhaps some more of the same meters.
StoredDays stored_days(storage::Connection& connection, const DayChanges& changes) {
    std::set<KnownDeviceId> meters;
    std::set<core::LocalDay> days;
    for (const auto& [key, quarters] : changes) {
        meters.insert(key.first);
        days.insert(key.second);
    }
    StoredDays found;
    for (EnergyDayRow& row : storage::energy_days_among(connection, meters, days))
        found.emplace(std::pair{row.device_id, row.day}, std::move(row));
    return found;
}

void apply(EnergyDayRow& day, const std::vector<Change>& changes) {
    for (const auto& [before, after] : changes) {
        day.energy_kwh += after->energy_kwh - (before ? before->energy_kwh : 0);
        day.co2_kg += after->co2_kg - (before ? before->co2_kg : 0);
        day.samples += after->samples - (before ? before->samples : 0);
        day.covered_ms += after->covered_ms - (before ? before->covered_ms : 0);
    }
    day.energy_kwh = settled(day.energy_kwh);
    day.co2_kg = settled(day.co2_kg);
}

/// True if the day's maximum can be told from the changes alone.
bool raise_maximum(EnergyDayRow& day, const std::vector<Change>& changes) {
    for (const auto& [before, after] : changes) {
        const double demand = storage::demand_of(*after);
        if (day.max_demand_bucket == after->bucket) {
            if (demand < *day.max_demand_kw) return false;
            day.max_demand_kw = demand;
        } else if (!day.max_demand_kw || demand > *day.max_demand_kw ||
                   (demand == *day.max_demand_kw && after->bucket < *day.max_demand_bucket)) {
            day.max_demand_kw = demand;
            day.max_demand_bucket = after->bucket;
        }
    }
    return true;
}

/// The maximum demand of a whole day, for when the quarter hour that had it has changed.
void find_maximum(storage::Connection& connection, EnergyDayRow& day, std::int64_t first_bucket,
                  std::int64_t last_bucket) {
    day.max_demand_kw.reset();
    day.max_demand_bucket.reset();
    for (const QuarterHourRow& row :
         storage::quarter_hours_of(connection, day.device_id, first_bucket, last_bucket)) {
        const double demand = storage::demand_of(row);
        if (row.samples == 0 && row.energy_kwh <= 0) continue;
        if (day.max_demand_kw && demand <= *day.max_demand_kw) continue;
        day.max_demand_kw = demand;
        day.max_demand_bucket = row.bucket;
    }
}

void save_days(storage::Connection& connection, const DayChanges& changes, const core::SiteZone& zone) {
    if (changes.empty()) return;
    StoredDays stored = stored_days(connection, changes);
    std::vector<EnergyDayRow> rows;
    for (const auto& [key, quarters] : changes) {
        const auto& [meter, day] = key;
        const std::string date = core::format_day(day);
        EnergyDayRow row = std::move(stored[{meter, date}]);
        row.device_id = meter;
        row.day = date;
        apply(row, quarters);
        if (!raise_maximum(row, quarters)) {
            find_maximum(connection, row, storage::bucket_of(zone.start_of_day(day)),
                         storage::bucket_of(zone.start_of_day(day + date::days{1})) - 1);
        }
        rows.push_back(std::move(row));
    }
    storage::replace_energy_days(connection, rows);
}

}  // namespace

void add_quarter_hours(storage::Connection& connection, const QuarterHours& added,
                       const std::map<KnownDeviceId, std::int64_t>& usual_interval_ms,
                       const core::SiteZone& zone) {
    const auto stored = stored_quarters(connection, added);
    std::vector<QuarterHourRow> rows;
    rows.reserve(added.size());
    DayChanges days;
    for (const auto& [key, quarter] : added) {
        const auto before = stored.find(key);
        const auto interval = usual_interval_ms.find(key.first);
        rows.push_back(merged(key, before == stored.end() ? nullptr : &before->second, quarter,
                              interval == usual_interval_ms.end() ? default_interval_ms : interval->second));
        days[{key.first, zone.day_of(storage::bucket_start(key.second))}].push_back(
            {before == stored.end() ? nullptr : &before->second, &rows.back()});
    }
    storage::replace_quarter_hours(connection, rows);
    save_days(connection, days, zone);
}

}  // namespace silaware::ingest
