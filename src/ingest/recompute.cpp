#include "ingest/recompute.hpp"

#include <list>
#include <map>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "ingest/recompute_device.hpp"
#include "ingest/recompute_places.hpp"
#include "storage/raw_spellings.hpp"

namespace silaware::ingest {

namespace {

// Each holds the quarter hours and cycles of its device: a few megabytes.
constexpr std::size_t group_size = 50;
constexpr auto slice = std::chrono::hours{24};

}  // namespace

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
    const std::int64_t now_ms = core::epoch_ms(core::clock_now());
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

void Recompute::step(std::int64_t readings) {
    if (stop_.stop_requested()) throw RecomputeStopped{};
    progress_.readings += readings;
    if (listener_.progress) listener_.progress(progress_);
}

void Recompute::rebuild(std::span<const Device> group, RecomputeResult& result) {
    std::list<DeviceRecompute> works;
    std::list<DeviceChanges> begun;
    for (const Device& device : group) {
        DeviceChanges& changes = begun.emplace_back();
        changes.placed_rows = moved_[device.uid];
        for (const std::string& spelling : device.other_spellings) {
            changes.placed_rows += moved_[spelling];
            changes.renamed_rows += storage::rename_rows(database_, spelling, device.uid);
        }
        works.emplace_back(database_, options_, job_, device.id, device.uid,
                           [this](std::int64_t readings) { step(readings); });
        works.back().prepare();
    }
    for (;;) {
        std::optional<core::Instant> next;
        for (DeviceRecompute& work : works) {
            const auto own = work.next_settled();
            if (own && (!next || *own < *next)) next = own;
        }
        if (!next) break;
        for (DeviceRecompute& work : works)
            work.read_settled(*next + slice);
    }
    for (; !works.empty(); works.pop_front(), begun.pop_front()) {
        DeviceChanges changes = works.front().finish();
        changes += begun.front();
        result.total += changes;
        if (listener_.changed && !changes.empty()) listener_.changed(changes);
        ++progress_.device;
    }
}

RecomputeResult Recompute::run(std::stop_token stop) {
    stop_ = std::move(stop);
    RecomputeResult result;
    const std::vector<Device> devices = find_devices(result);
    progress_ = {.devices = devices.size()};
    try {
        moved_ = place_readings(database_, options_, job_, [this](std::int64_t rows) {
            progress_.placed += rows;
            step(0);
        });
        for (std::size_t first = 0; first < devices.size(); first += group_size) {
            rebuild(std::span(devices).subspan(first, std::min(group_size, devices.size() - first)), result);
        }
        result.finished = true;
    } catch (const RecomputeStopped&) {
        // What was done so far stands; running again does the rest.
    }
    if (listener_.progress) listener_.progress(progress_);
    return result;
}

}  // namespace silaware::ingest
