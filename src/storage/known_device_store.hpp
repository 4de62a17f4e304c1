#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/device_id.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

using KnownDeviceId = std::uint32_t;

/// A device that ever reported, as its row of `known_devices`.
struct KnownDevice {
    KnownDeviceId id = 0;
    std::string uid;
    std::int64_t last_seen_ms = 0;
    std::optional<std::int64_t> usual_interval_ms;
    std::optional<std::int64_t> last_power_ms;
    std::optional<std::int64_t> last_run_ms;
    std::optional<std::int64_t> last_climate_ms;
};

/// The ids of devices by what they call themselves. Remembers what it has looked up; not thread safe.
class KnownDeviceStore {
  public:
    /// The row of each id, made at first sight. Runs in transactions of its own, so that two processes that
    /// see a device first don't wait for each other's batches. Throws DatabaseError.
    void intern(Database& database, std::span<const core::DeviceId> ids, std::int64_t now_ms);

    /// Of an id that was interned.
    KnownDeviceId id_of(const core::DeviceId& id) const { return ids_.at(id.key()); }
    bool knows(const core::DeviceId& id) const { return ids_.contains(id.key()); }
    void forget() { ids_.clear(); }

    /// Locks the rows until the end of the transaction, always in the order of their ids.
    static std::vector<KnownDevice> lock(Connection& connection, std::span<const KnownDeviceId> ids);
    static void save(Connection& connection, std::span<const KnownDevice> devices);

    /// Those of `keys` (DeviceId::key) that are registered.
    static std::vector<std::string> registered_among(Connection& connection,
                                                     std::span<const std::string> keys);

  private:
    std::unordered_map<std::string, KnownDeviceId> ids_;
};

}  // namespace silaware::storage
