#include "ingest/recompute_climate.hpp"

#include <limits>
#include <map>

#include "core/clock.hpp"
#include "domain/observed_time.hpp"
#include "storage/climate_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

using storage::ClimateQuarter;

bool same(const ClimateQuarter& a, const ClimateQuarter& b) {
    return a.temperature_samples == b.temperature_samples && a.humidity_samples == b.humidity_samples &&
           nearly_equal(a.temperature_sum, b.temperature_sum) && nearly_equal(a.humidity_sum, b.humidity_sum);
}

/// The first quarter hour whose raw rows are all there; those before it stay.
std::int64_t first_whole_quarter(const MeterScope& scope, std::int64_t oldest_ms) {
    std::int64_t first = storage::bucket_of(core::from_epoch_ms(oldest_ms));
    if (scope.purged_before) first = std::max(first, storage::bucket_of(*scope.purged_before) + 1);
    if (scope.from) first = std::max(first, storage::bucket_of(*scope.from));
    return first;
}

void rebuild_quarters(storage::Connection& connection, const MeterScope& scope, std::int64_t oldest_ms,
                      DeviceChanges& changes) {
    const std::int64_t first = first_whole_quarter(scope, oldest_ms);
    const std::int64_t end =
        scope.until ? storage::bucket_of(*scope.until) : std::numeric_limits<std::int32_t>::max();
    std::map<std::int64_t, ClimateQuarter> stored;
    for (const auto& quarter : storage::stored_climate_quarters(connection, scope.id, first, end))
        stored.emplace(quarter.bucket, quarter);
    std::vector<ClimateQuarter> written;
    for (const auto& quarter : storage::raw_climate_quarters(connection, scope.id, scope.uid, first, end)) {
        const auto known = stored.extract(quarter.bucket);
        if (!known || !same(known.mapped(), quarter)) written.push_back(quarter);
    }
    std::vector<std::int64_t> deleted;
    for (const auto& [bucket, quarter] : stored)
        deleted.push_back(bucket);
    storage::replace_climate_quarters(connection, written);
    storage::delete_climate_quarters(connection, scope.id, deleted);
    changes.climate_quarter_hours += static_cast<std::int64_t>(written.size() + deleted.size());
}

void rebuild_latest(storage::Connection& connection, const MeterScope& scope, storage::NewestClimate newest,
                    DeviceChanges& changes) {
    const auto stored = storage::latest_climate_of(connection, scope.id);
    if (stored && !newest.temperature) newest.temperature = stored->temperature;
    if (stored && !newest.humidity) newest.humidity = stored->humidity;
    const bool same = stored && stored->observed_ms == newest.observed_ms &&
                      stored->temperature == newest.temperature && stored->humidity == newest.humidity;
    if (same) return;
    storage::replace_latest_climate(connection, scope.id, newest);
    ++changes.latest_climates;
}

}  // namespace

std::optional<std::int64_t> rebuild_climate(storage::Connection& connection, const MeterScope& scope,
                                            DeviceChanges& changes) {
    // What came while our clock was ahead is not the newest.
    const storage::NewestClimate newest =
        storage::newest_climate(connection, scope.uid, core::clock_now() + domain::clock_tolerance);
    const auto oldest = storage::oldest_climate(connection, scope.uid);
    if (!oldest) return std::nullopt;
    if (newest.observed_ms) rebuild_latest(connection, scope, newest, changes);
    rebuild_quarters(connection, scope, *oldest, changes);
    return newest.observed_ms;
}

}  // namespace silaware::ingest
