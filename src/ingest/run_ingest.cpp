#include "ingest/run_ingest.hpp"

#include <map>
#include <set>

#include "domain/run_time.hpp"
#include "storage/run_store.hpp"

namespace silaware::ingest {

namespace {

using storage::KnownDeviceId;

/// The records that are stored already, of those that start when one of the batch does.
std::set<storage::RunRow> stored_runs(storage::Connection& connection, const Batch& batch, Devices& devices) {
    std::map<std::string, std::set<std::int64_t>> starts;
    for (const Received<domain::RunMessage>& received : batch.runs) {
        starts[devices.of(received.content.id).uid].insert(received.content.start);
    }
    std::set<storage::RunRow> stored;
    for (const auto& [mac_address, times] : starts) {
        const std::vector<std::int64_t> list(times.begin(), times.end());
        for (storage::RunRow& row : storage::runs_starting_at(connection, mac_address, list)) {
            row.mac_address = mac_address;  // in the spelling of known_devices, to compare equal
            stored.insert(std::move(row));
        }
    }
    return stored;
}

struct RunBook {
    std::map<std::pair<KnownDeviceId, core::LocalDay>, storage::RunDay> days;
    std::map<KnownDeviceId, std::int64_t> seconds;
    std::map<KnownDeviceId, std::string> uids;

    void add(const storage::KnownDevice& device, const domain::RunMessage& run, const core::SiteZone& zone) {
        for (const domain::DayRun& share : domain::spread_run(run, zone)) {
            storage::RunDay& day = days[{device.id, share.day}];
            day.device_id = device.id;
            day.day = core::format_day(share.day);
            day.run_seconds += share.run_seconds;
            day.cycles += share.cycles;
        }
        seconds[device.id] += run.total_run;
        uids[device.id] = device.uid;
    }
};

void save(storage::Connection& connection, const RunBook& book, const Options& options, core::Instant now) {
    std::vector<storage::RunDay> days;
    for (const auto& [key, day] : book.days)
        days.push_back(day);
    storage::add_run_days(connection, days);

    std::vector<KnownDeviceId> ids;
    std::vector<storage::RunTotal> added;
    for (const auto& [id, seconds] : book.seconds) {
        ids.push_back(id);
        added.push_back({id, seconds});
    }
    std::map<KnownDeviceId, std::int64_t> before;
    for (const auto& [id, total] : storage::run_totals(connection, ids))
        before[id] = total;
    storage::add_run_totals(connection, added);
    if (!options.observers.runs) return;
    std::vector<RunGrowth> growth;
    for (const auto& [id, seconds] : book.seconds) {
        growth.push_back({id, book.uids.at(id), before[id], before[id] + seconds});
    }
    options.observers.runs(connection, growth, now);
}

}  // namespace

std::int64_t store_runs(storage::Connection& connection, const Batch& batch, Devices& devices,
                        const Options& options, core::Instant now) {
    if (batch.runs.empty()) return 0;
    std::set<storage::RunRow> known = stored_runs(connection, batch, devices);
    std::vector<storage::ReceivedRun> fresh;
    RunBook book;
    for (const Received<domain::RunMessage>& received : batch.runs) {
        const domain::RunMessage& run = received.content;
        storage::KnownDevice& device = devices.of(run.id);
        storage::RunRow row{device.uid, run.start, run.stop, run.cycle_count, run.total_run};
        Devices::note(device, &storage::KnownDevice::last_run_ms, received.message->received_at,
                      received.message->received_at, now);
        if (!known.insert(row).second) continue;
        book.add(device, run, options.zone);
        fresh.push_back({std::move(row), core::epoch_ms(received.message->received_at)});
    }
    storage::insert_runs(connection, fresh);
    if (!fresh.empty()) save(connection, book, options, now);
    return static_cast<std::int64_t>(batch.runs.size() - fresh.size());
}

}  // namespace silaware::ingest
