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

struct NewestClimate {
    std::optional<std::int64_t> observed_ms;
    std::optional<float> temperature;
    std::optional<float> humidity;
};
/// The newest values in the raw rows, each on its own, and the time of the newest row.
NewestClimate newest_climate(Connection& connection, std::string_view uid);
std::optional<NewestClimate> latest_climate_of(Connection& connection, KnownDeviceId sensor);
void replace_latest_climate(Connection& connection, KnownDeviceId sensor, const NewestClimate& climate);

/// The quarter hours of a sensor in [first_bucket, end_bucket) as they are stored, and as its raw rows have
/// them; by bucket.
std::vector<ClimateQuarter> stored_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                    std::int64_t first_bucket, std::int64_t end_bucket);
std::vector<ClimateQuarter> raw_climate_quarters(Connection& connection, KnownDeviceId sensor,
                                                 std::string_view uid, std::int64_t first_bucket,
                                                 std::int64_t end_bucket);
/// When the oldest raw row of a sensor was received.
std::optional<std::int64_t> oldest_climate(Connection& connection, std::string_view uid);
void replace_climate_quarters(Connection& connection, const std::vector<ClimateQuarter>& quarters);
void delete_climate_quarters(Connection& connection, KnownDeviceId sensor,
                             const std::vector<std::int64_t>& buckets);

/// When the purge ran last; nothing if it never did.
std::optional<core::Instant> last_purge(Connection& connection);

}  // namespace silaware::storage
