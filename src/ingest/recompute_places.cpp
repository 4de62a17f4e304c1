#include "ingest/recompute_places.hpp"

#include "domain/observed_time.hpp"
#include "storage/power_store.hpp"

namespace silaware::ingest {

namespace {

constexpr std::int64_t rows_at_once = 20'000;
// A reading whose place changes may come from beside the period.
constexpr auto margin = std::chrono::hours{48};

storage::PlacedRange receipts_of(const RecomputeJob& job, const core::SiteZone& zone) {
    storage::PlacedRange range;
    if (job.from) range.first_ms = core::epoch_ms(zone.start_of_day(*job.from) - margin);
    if (job.to) range.last_ms = core::epoch_ms(zone.start_of_day(*job.to + date::days{1}) + margin);
    return range;
}

}  // namespace

std::map<std::string, std::int64_t> place_readings(storage::Database& database, const Options& options,
                                                   const RecomputeJob& job,
                                                   const std::function<void(std::int64_t)>& step) {
    std::map<std::string, std::int64_t> moved;
    storage::PlacedRange range = receipts_of(job, options.zone);
    for (;;) {
        const auto rows = storage::placed_readings(*database.acquire(), range, rows_at_once);
        std::vector<storage::Placement> placements;
        for (const storage::PlacedReading& row : rows) {
            const auto rtc = row.rtc ? core::parse_meter_clock(*row.rtc) : std::nullopt;
            const auto observed = core::epoch_ms(
                domain::observed_time(rtc, core::from_epoch_ms(row.received_ms), options.zone));
            if (row.observed_ms == observed) continue;
            placements.push_back({observed, row.id});
            ++moved[row.uid];
        }
        database.transaction(
            [&](storage::Connection& connection) { storage::place_readings(connection, placements); });
        step(static_cast<std::int64_t>(rows.size()));
        if (rows.size() < static_cast<std::size_t>(rows_at_once)) return moved;
        range.after_id = rows.back().id;
    }
}

}  // namespace silaware::ingest
