#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

// The raw tables keep a device's id as it was put in; other programs spell it as they like. All functions
// throw DatabaseError.
namespace silaware::storage {

/// Every spelling of a device id in the raw tables (one of those that compare equal).
std::vector<std::string> raw_spellings(Connection& connection);
/// True if rows in `spelling` are found as those of the known device.
bool is_spelling_of(Connection& connection, KnownDeviceId device, std::string_view spelling);
/// Writes the rows of `spelling` as those of `uid` in every raw table, in short transactions; how many.
std::int64_t rename_rows(Database& database, std::string_view spelling, std::string_view uid);

}  // namespace silaware::storage
