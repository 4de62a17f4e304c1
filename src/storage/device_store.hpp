#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/device_id.hpp"
#include "core/error.hpp"
#include "core/page.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// A device that is registered, or that reports without being so (then it has no id).
struct Device {
    std::optional<std::int64_t> id = {};
    std::string mac_address = {};
    std::string mcu_type = {};
    std::string location = {};
    std::optional<std::int64_t> created_ms = {};
    std::optional<std::string> name = {};
    std::optional<double> rated_power_w = {};
    std::optional<std::string> group_name = {};
    bool is_submeter = false;
    std::optional<std::int64_t> last_seen_ms = {};
    std::optional<std::int64_t> usual_interval_ms = {};
};

/// What a person says about a device.
struct DeviceDetails {
    std::string mcu_type = {};
    std::string location = {};
    std::optional<std::string> name = {};
    std::optional<double> rated_power_w = {};
    std::optional<std::string> group_name = {};
    bool is_submeter = false;  ///< another meter measures its load, too
};

struct DeviceRow {
    core::DeviceId id;
    DeviceDetails details;
};

struct ImportOutcome {
    std::int64_t created = 0;
    std::int64_t updated = 0;
};

/// The registered devices, and those that report without being registered. Changes are written together with
/// their line in the audit log. Every method throws DatabaseError.
class DeviceStore {
  public:
    explicit DeviceStore(Database& database) : database_(database) {}

    /// The id; error `conflict` if the device is registered, in whatever spelling.
    core::Result<std::int64_t> create(const DeviceRow& device, const Change& change);
    /// Error `not_found`; `conflict` if another device has the address.
    core::Result<void> update(std::int64_t id, const DeviceRow& device, const Change& change);
    /// What it measured stays. Error `not_found`.
    core::Result<void> remove(std::int64_t id, const Change& change);
    /// Registers each row, or updates the device that has its address; all of them or, when it throws, none.
    ImportOutcome import(const std::vector<DeviceRow>& devices, const Change& change);

    std::optional<Device> find(std::int64_t id) const;
    /// Registered ones by id, then unregistered ones by address; `search` looks into address, MCU type,
    /// location, name and group.
    core::Page<Device> list(const core::PageRequest& request) const;
    /// As `list`, all on one page: where there are more than 10,000, the first of them, and the true total.
    core::Page<Device> all(const std::string& search) const;
    std::vector<Device> registered() const;

  private:
    ImportOutcome import_once(const std::vector<DeviceRow>& devices, const Change& change);

    Database& database_;
};

}  // namespace silaware::storage
