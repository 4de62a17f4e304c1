#include "ingest/devices.hpp"

#include <algorithm>
#include <vector>

#include "domain/observed_time.hpp"

namespace silaware::ingest {

Devices::Devices(const storage::KnownDeviceStore& known, storage::Connection& connection,
                 std::span<const core::DeviceId> ids)
    : known_(known) {
    std::vector<storage::KnownDeviceId> rows;
    for (const core::DeviceId& id : ids)
        rows.push_back(known.id_of(id));
    // A fixed order of locking: two processes with the same devices queue up instead of deadlocking.
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    for (storage::KnownDevice& device : storage::KnownDeviceStore::lock(connection, rows)) {
        const storage::KnownDeviceId id = device.id;
        devices_[id].device = std::move(device);
    }
}

storage::KnownDevice& Devices::of(const core::DeviceId& id) {
    Locked& locked = devices_.at(known_.id_of(id));
    locked.used = true;
    return locked.device;
}

bool Devices::cover(std::span<const core::DeviceId> ids) const {
    return std::all_of(ids.begin(), ids.end(), [&](const core::DeviceId& id) {
        return known_.knows(id) && devices_.contains(known_.id_of(id));
    });
}

std::map<storage::KnownDeviceId, std::int64_t> Devices::usual_intervals() const {
    std::map<storage::KnownDeviceId, std::int64_t> intervals;
    for (const auto& [id, locked] : devices_) {
        if (locked.device.usual_interval_ms) intervals.emplace(id, *locked.device.usual_interval_ms);
    }
    return intervals;
}

void Devices::note(storage::KnownDevice& device,
                   std::optional<std::int64_t> storage::KnownDevice::* last_of_kind,
                   core::Instant observed_at, core::Instant received_at, core::Instant now) {
    const std::int64_t at = core::epoch_ms(observed_at);
    std::optional<std::int64_t>& last = device.*last_of_kind;
    // The meter's own clock may be a day ahead.
    if (last && domain::is_to_come(core::from_epoch_ms(*last), now + date::days{1})) last.reset();
    if (domain::is_to_come(core::from_epoch_ms(device.last_seen_ms), now)) device.last_seen_ms = 0;
    if (last && at > *last) {
        const auto usual = device.usual_interval_ms
                               ? std::optional(core::Milliseconds{*device.usual_interval_ms})
                               : std::nullopt;
        if (const auto interval = domain::usual_interval(usual, core::Milliseconds{at - *last})) {
            device.usual_interval_ms = interval->count();
        }
    }
    if (!last || at > *last) last = at;
    device.last_seen_ms = std::max(device.last_seen_ms, core::epoch_ms(received_at));
}

void Devices::save(storage::Connection& connection) const {
    std::vector<storage::KnownDevice> rows;
    for (const auto& [id, locked] : devices_) {
        if (locked.used) rows.push_back(locked.device);
    }
    storage::KnownDeviceStore::save(connection, rows);
}

}  // namespace silaware::ingest
