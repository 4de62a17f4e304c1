#include "ingest/recompute.hpp"

#include <map>

#include "core/text.hpp"
#include "ingest/recompute_device.hpp"
#include "storage/recompute_store.hpp"

namespace silaware::ingest {

struct Recompute::Device {
    storage::KnownDeviceId id;
    std::string uid;
    std::vector<std::string> other_spellings;
};

Recompute::Recompute(storage::Database& database, const Options& options, RecomputeJob job, Listener listener)
    : database_(database), options_(options), job_(job), listener_(std::move(listener)) {}

std::vector<Recompute::Device> Recompute::find_devices(RecomputeResult& result) {
    std::map<std::string, Device> devices;  // by key
    storage::KnownDeviceStore known;
    const auto now_ms =
        std::chrono::duration_cast<core::Milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const auto introduce = [&](const core::DeviceId& id) -> Device& {
        const std::vector<core::DeviceId> ids{id};
        known.intern(database_, ids, now_ms);
        const storage::KnownDeviceId number = known.id_of(id);
        return devices.try_emplace(id.key(), Device{number, id.text(), {}}).first->second;
    };
    for (const std::string& spelling : storage::raw_spellings(*database_.acquire())) {
        const auto id = core::DeviceId::parse(spelling);
        if (!id) {
            result.problems.push_back(
                fmt::format("rows of \"{}\" don't count: {}", core::to_utf8(spelling), id.error().message));
            continue;
        }
        Device& device = introduce(*id);
        if (!storage::is_spelling_of(*database_.acquire(), device.id, spelling))
            device.other_spellings.push_back(spelling);
    }
    std::vector<Device> list;
    for (auto& [key, device] : devices)
        list.push_back(std::move(device));
    return list;
}

DeviceChanges Recompute::rebuild(const Device& device) {
    std::int64_t renamed = 0;
    for (const std::string& spelling : device.other_spellings)
        renamed += storage::rename_rows(database_, spelling, device.uid);
    const auto step = [&](std::int64_t readings) {
        if (stop_.stop_requested()) throw RecomputeStopped{};
        progress_.readings += readings;
        if (listener_.progress) listener_.progress(progress_);
    };
    DeviceChanges changes = DeviceRecompute(database_, options_, job_, device.id, device.uid, step).run();
    changes.renamed_rows = renamed;
    return changes;
}

RecomputeResult Recompute::run(std::stop_token stop) {
    stop_ = std::move(stop);
    RecomputeResult result;
    const std::vector<Device> devices = find_devices(result);
    progress_ = {0, devices.size(), {}, 0};
    try {
        for (const Device& device : devices) {
            progress_.uid = device.uid;
            const DeviceChanges changes = rebuild(device);
            result.total += changes;
            if (listener_.changed && !changes.empty()) listener_.changed(changes);
            ++progress_.device;
        }
        result.finished = true;
    } catch (const RecomputeStopped&) {
        // What was done so far stands; running again does the rest.
    }
    if (listener_.progress) listener_.progress(progress_);
    return result;
}

}  // namespace silaware::ingest
