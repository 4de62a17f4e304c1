#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/known_device_store.hpp"

// Rows of `power_monitoring`: on their way in, walked along in order of observed time, and given their place
// in it. All functions throw DatabaseError.
namespace silaware::storage {

/// A row of `power_monitoring` on its way in. The views must outlive the call.
struct PowerRow {
    std::string_view uid;
    std::optional<core::LocalTime> rtc;
    std::optional<std::string_view> relay_state;
    std::optional<float> voltage;
    std::optional<float> current;
    std::optional<float> power;
    std::optional<float> frequency;
    std::optional<float> pf;
    std::optional<double> energy;
    std::optional<double> co2;
    std::optional<std::string_view> energy_history;
    core::Instant received;
    std::int64_t observed_ms;
    std::int64_t message_hash;
};

/// All rows in a few round trips.
void insert_power_rows(Connection& connection, const std::vector<PowerRow>& rows);

/// True if a message with these bytes (by their hash) was stored for the meter.
bool power_message_stored(Connection& connection, std::string_view uid, std::int64_t message_hash);

/// What a fold needs of a row of `power_monitoring`.
struct StoredReading {
    std::int64_t id;
    std::int64_t observed_ms;
    std::int64_t received_ms;
    std::optional<float> power;
    std::optional<float> pf;
    std::optional<double> energy;
    std::optional<double> co2;
    bool has_history;
};
/// Where a walk along a meter's readings stands; it begins behind the reading with these two.
struct ReadingCursor {
    std::int64_t observed_ms;
    std::int64_t id;
};
/// The next readings up to `last_ms` (inclusive) in order of observed time and receipt, at most `limit`.
std::vector<StoredReading> readings_after(Connection& connection, std::string_view uid,
                                          const ReadingCursor& cursor, std::int64_t last_ms,
                                          std::int64_t limit);
/// Observed from `first_ms` to `last_ms`, both included.
std::int64_t count_readings(Connection& connection, std::string_view uid, std::int64_t first_ms,
                            std::int64_t last_ms);
/// The newest observed time up to `at_ms`, the oldest one behind it.
std::optional<std::int64_t> newest_reading_until(Connection& connection, std::string_view uid,
                                                 std::int64_t at_ms);
std::optional<std::int64_t> oldest_reading_after(Connection& connection, std::string_view uid,
                                                 std::int64_t at_ms);

/// A row of `power_monitoring`: what its place in time is worked out from, and the place it has.
struct PlacedReading {
    std::int64_t id;
    std::string uid;
    std::optional<std::string> rtc;
    std::int64_t received_ms;
    std::optional<std::int64_t> observed_ms;  ///< nothing: put in by hand
};
struct PlacedRange {
    std::int64_t after_id = 0;
    std::int64_t first_ms = 0;  ///< of receipt
    std::int64_t last_ms = 2'147'483'647'000;
};
/// At most `limit` rows behind `after_id`, in their order: those received from `first_ms` to `last_ms`, and
/// all without an observed time.
std::vector<PlacedReading> placed_readings(Connection& connection, const PlacedRange& range,
                                           std::int64_t limit);
/// The observed time that a row is to have.
struct Placement {
    std::int64_t observed_ms;
    std::int64_t id;
};
void place_readings(Connection& connection, const std::vector<Placement>& placements);

}  // namespace silaware::storage
