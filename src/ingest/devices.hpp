#pragma once

#include <map>
#include <span>

#include "domain/rhythm.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::ingest {

/// The devices of a batch, their rows locked for its transaction.
class Devices {
  public:
    Devices(const storage::KnownDeviceStore& known, storage::Connection& connection,
            std::span<const core::DeviceId> ids);

    storage::KnownDevice& of(const core::DeviceId& id) { return devices_.at(known_.id_of(id)); }
    std::map<storage::KnownDeviceId, std::int64_t> usual_intervals() const;
    /// Notes a reading: when the device was seen (by receipt: its clock may be off), and how often it usually
    /// reports (by its own clock: the broker may have kept readings and sent them at once).
    static void note(storage::KnownDevice& device,
                     std::optional<std::int64_t> storage::KnownDevice::* last_of_kind,
                     core::Instant observed_at, core::Instant received_at);
    void save(storage::Connection& connection) const;

  private:
    const storage::KnownDeviceStore& known_;
    std::map<storage::KnownDeviceId, storage::KnownDevice> devices_;
};

}  // namespace silaware::ingest
