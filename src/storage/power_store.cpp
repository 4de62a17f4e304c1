#include "storage/power_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_row = R"(
    INSERT INTO power_monitoring
      (uid, rtc, relay_state, voltage, current, power, frequency, pf, energy, co2, energy_history, timestamp,
       observed_ms, message_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))";

constexpr std::string_view find_by_hash =
    "SELECT 1 FROM power_monitoring WHERE uid = ? AND message_hash = ? LIMIT 1";

constexpr std::string_view next_readings = R"(
    SELECT id, observed_ms, CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED), power, pf, energy, co2,
           energy_history IS NOT NULL
      FROM power_monitoring
     WHERE uid = ? AND observed_ms >= ? AND observed_ms <= ? AND (observed_ms > ? OR id > ?)
     ORDER BY observed_ms, id LIMIT ?)";
constexpr std::string_view count_between =
    "SELECT COUNT(*) FROM power_monitoring WHERE uid = ? AND observed_ms BETWEEN ? AND ?";
constexpr std::string_view newest_until =
    "SELECT MAX(observed_ms) FROM power_monitoring WHERE uid = ? AND observed_ms <= ?";
constexpr std::string_view oldest_after =
    "SELECT MIN(observed_ms) FROM power_monitoring WHERE uid = ? AND observed_ms > ?";

constexpr std::string_view find_placed = R"(
    SELECT id, uid, rtc, CAST(ROUND(UNIX_TIMESTAMP(timestamp) * 1000) AS SIGNED), observed_ms
      FROM power_monitoring
     WHERE id > ? AND (observed_ms IS NULL OR timestamp BETWEEN FROM_UNIXTIME(? / 1000) AND FROM_UNIXTIME(? / 1000))
     ORDER BY id LIMIT ?)";
constexpr std::string_view place = "UPDATE power_monitoring SET observed_ms = ? WHERE id = ?";

}  // namespace

void insert_power_rows(Connection& connection, const std::vector<PowerRow>& rows) {
    connection.bulk(insert_row, rows);
}

bool power_message_stored(Connection& connection, std::string_view uid, std::int64_t message_hash) {
    return connection.select_one<int>(find_by_hash, uid, message_hash).has_value();
}

std::vector<StoredReading> readings_after(Connection& connection, std::string_view uid,
                                          const ReadingCursor& cursor, std::int64_t last_ms,
                                          std::int64_t limit) {
    return connection.select<StoredReading>(next_readings, uid, cursor.observed_ms, last_ms,
                                            cursor.observed_ms, cursor.id, limit);
}

std::int64_t count_readings(Connection& connection, std::string_view uid, std::int64_t first_ms,
                            std::int64_t last_ms) {
    return connection.select_one<std::int64_t>(count_between, uid, first_ms, last_ms).value_or(0);
}

std::optional<std::int64_t> newest_reading_until(Connection& connection, std::string_view uid,
                                                 std::int64_t at_ms) {
    return connection.select_one<std::optional<std::int64_t>>(newest_until, uid, at_ms)
        .value_or(std::nullopt);
}

std::optional<std::int64_t> oldest_reading_after(Connection& connection, std::string_view uid,
                                                 std::int64_t at_ms) {
    return connection.select_one<std::optional<std::int64_t>>(oldest_after, uid, at_ms)
        .value_or(std::nullopt);
}

std::vector<PlacedReading> placed_readings(Connection& connection, const PlacedRange& range,
                                           std::int64_t limit) {
    return connection.select<PlacedReading>(find_placed, range.after_id, range.first_ms, range.last_ms,
                                            limit);
}

void place_readings(Connection& connection, const std::vector<Placement>& placements) {
    connection.bulk(place, placements);
}

}  // namespace silaware::storage
