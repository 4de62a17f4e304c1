#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/device_id.hpp"
#include "domain/cycle.hpp"
#include "domain/energy_register.hpp"
#include "storage/climate_store.hpp"
#include "storage/cycle_store.hpp"
#include "storage/register_store.hpp"
#include "storage/run_store.hpp"

// What a rebuild of the derived tables reads and writes, a device at a time.
namespace silaware::storage {

/// Every spelling of a device id in the raw tables (one of those that compare equal).
std::vector<std::string> raw_spellings(Connection& connection);
/// True if rows in `spelling` are found as those of the known device.
bool is_spelling_of(Connection& connection, KnownDeviceId device, std::string_view spelling);
/// Writes the rows of `spelling` as those of `uid` in every raw table, in short transactions; how many.
std::int64_t rename_rows(Database& database, std::string_view spelling, std::string_view uid);

/// When the purge ran last; nothing if it never did.
std::optional<core::Instant> last_purge(Connection& connection);

}  // namespace silaware::storage
