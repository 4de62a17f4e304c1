#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "storage/device_store.hpp"

namespace silaware::portal {

/// Registered devices as CSV (UTF-8, RFC 4180) with a header line; text that starts like a formula stands
/// behind an apostrophe.
std::string devices_to_csv(const std::vector<storage::Device>& devices);

/// Devices of a CSV with a header line that names at least `mac_address`; separated by commas, semicolons or
/// tabs, with or without a BOM, at most 10,000. What a column that is missing would say is as in
/// `registered`. Error `invalid` names each bad line.
core::Result<std::vector<storage::DeviceRow>> devices_from_csv(
    std::string_view text, const std::vector<storage::Device>& registered);

}  // namespace silaware::portal
