#include "storage/raw_spellings.hpp"

#include <array>
#include <set>

namespace silaware::storage {

namespace {

constexpr std::int64_t rename_chunk = 2'000;

// A walk from spelling to spelling along an index: a few looks, however long the table is.
struct RawTable {
    std::string_view first;
    std::string_view next;
    std::string_view rename;
};
constexpr std::array raw_tables = {
    RawTable{"SELECT uid FROM power_monitoring ORDER BY uid LIMIT 1",
             "SELECT uid FROM power_monitoring WHERE uid > ? ORDER BY uid LIMIT 1",
             "UPDATE power_monitoring SET uid = ? WHERE uid = ? LIMIT ?"},
    RawTable{"SELECT uid FROM cycle_time ORDER BY uid LIMIT 1",
             "SELECT uid FROM cycle_time WHERE uid > ? ORDER BY uid LIMIT 1",
             "UPDATE cycle_time SET uid = ? WHERE uid = ? LIMIT ?"},
    RawTable{"SELECT mac_address FROM utils ORDER BY mac_address LIMIT 1",
             "SELECT mac_address FROM utils WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
             "UPDATE utils SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
    RawTable{"SELECT mac_address FROM temphumid ORDER BY mac_address LIMIT 1",
             "SELECT mac_address FROM temphumid WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
             "UPDATE temphumid SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
    RawTable{
        "SELECT mac_address FROM utils_notification_log ORDER BY mac_address LIMIT 1",
        "SELECT mac_address FROM utils_notification_log WHERE mac_address > ? ORDER BY mac_address LIMIT 1",
        "UPDATE utils_notification_log SET mac_address = ? WHERE mac_address = ? LIMIT ?"},
};

constexpr std::string_view compare_spelling = "SELECT COUNT(*) FROM known_devices WHERE id = ? AND uid = ?";

}  // namespace

std::vector<std::string> raw_spellings(Connection& connection) {
    std::set<std::string> spellings;
    for (const RawTable& table : raw_tables) {
        auto found = connection.select_one<std::string>(table.first);
        while (found) {
            spellings.insert(*found);
            found = connection.select_one<std::string>(table.next, *found);
        }
    }
    return {spellings.begin(), spellings.end()};
}

bool is_spelling_of(Connection& connection, KnownDeviceId device, std::string_view spelling) {
    return connection.select_one<std::int64_t>(compare_spelling, device, spelling).value_or(0) > 0;
}

std::int64_t rename_rows(Database& database, std::string_view spelling, std::string_view uid) {
    std::int64_t renamed = 0;
    for (const RawTable& table : raw_tables) {
        for (;;) {
            const auto rows = database.execute(table.rename, uid, spelling, rename_chunk);
            renamed += static_cast<std::int64_t>(rows);
            if (rows == 0) break;
        }
    }
    return renamed;
}

}  // namespace silaware::storage
