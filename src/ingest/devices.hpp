#pragma once

#include <map>
#include <span>

#include "domain/rhythm.hpp"
#include "storage/known_device_store.hpp"

namespace silaware::ingest {

/// The devices of a transaction, their rows locked until its end.
class Devices {
  public:
    Devices(const storage::KnownDeviceStore& known, storage::Connection& connection,
            std::span<const core::DeviceId> ids);

    /// Of those that are not locked nothing may be stored, nor locked later: what is read then would be as of
    /// the beginning of the transaction.
    bool cover(std::span<const core::DeviceId> ids) const;
    storage::KnownDevice& of(const core::DeviceId& id);
    std::map<storage::KnownDeviceId, std::int64_t> usual_intervals() const;
    /// Notes a reading: when the device was seen (by receipt: its clock may be off), and how often it usually
    /// reports (by its own clock: the broker may have kept readings and sent them at once). What is noted of
    /// a time to come was noted while our clock was ahead, and gives way.
    static void note(storage::KnownDevice& device,
                     std::optional<std::int64_t> storage::KnownDevice::* last_of_kind,
                     core::Instant observed_at, core::Instant received_at, core::Instant now);
    /// Saves those that were asked for with of().
    void save(storage::Connection& connection) const;

  private:
    struct Locked {
        storage::KnownDevice device;
        bool used = false;
    };
    const storage::KnownDeviceStore& known_;
    std::map<storage::KnownDeviceId, Locked> devices_;
};

}  // namespace silaware::ingest
