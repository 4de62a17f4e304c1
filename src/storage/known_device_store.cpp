#include "storage/known_device_store.hpp"

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_device = "SELECT id FROM known_devices WHERE uid = ?";
constexpr std::string_view add_device =
    "INSERT IGNORE INTO known_devices (uid, first_seen_ms, last_seen_ms) VALUES (?, ?, 0)";
// The row is always there, but the server runs a bulk UPDATE row by row and a bulk INSERT in one go.
constexpr std::string_view save_device = R"(
    INSERT INTO known_devices
      (id, uid, first_seen_ms, last_seen_ms, usual_interval_ms, last_power_ms, last_run_ms, last_climate_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE last_seen_ms = VALUES(last_seen_ms), usual_interval_ms = VALUES(usual_interval_ms),
      last_power_ms = VALUES(last_power_ms), last_run_ms = VALUES(last_run_ms),
      last_climate_ms = VALUES(last_climate_ms))";
// Rows without a key were put in by another program, a MAC perhaps in another form; and the server may fold
// letters that the key keeps apart.
constexpr std::string_view find_registered = R"(
    SELECT id FROM devices WHERE mac_key = ? UNION ALL SELECT id FROM devices WHERE mac_address = ?
    UNION ALL SELECT id FROM devices
     WHERE mac_key IS NULL AND REPLACE(REPLACE(REPLACE(mac_address, ':', ''), '-', ''), '.', '') = ? LIMIT 1)";

constexpr std::size_t most_remembered = 100'000;

struct Saved {
    KnownDeviceId id;
    std::string_view uid;
    std::int64_t first_seen_ms;
    std::int64_t last_seen_ms;
    std::optional<std::int64_t> usual_interval_ms;
    std::optional<std::int64_t> last_power_ms;
    std::optional<std::int64_t> last_run_ms;
    std::optional<std::int64_t> last_climate_ms;
};

KnownDeviceId find_or_add(Connection& connection, const std::string& uid, std::int64_t now_ms) {
    if (const auto found = connection.select_one<KnownDeviceId>(find_device, uid)) return *found;
    connection.execute(add_device, uid, now_ms);
    const auto added = connection.select_one<KnownDeviceId>(find_device, uid);
    if (!added) throw DatabaseError(1032, "known_devices lost the row of " + uid);
    return *added;
}

/// The digits of a MAC; of another id nothing.
std::optional<std::string> mac_digits(const std::string& key) {
    const auto id = core::DeviceId::parse(key);
    if (!id || !id->is_mac()) return std::nullopt;
    std::string digits = key;
    std::erase(digits, ':');
    return digits;
}

}  // namespace

void KnownDeviceStore::intern(Database& database, std::span<const core::DeviceId> ids, std::int64_t now_ms) {
    // Somebody may make up a new id for every message.
    if (ids_.size() + ids.size() > most_remembered) forget();
    std::optional<Database::Lease> connection;
    for (const core::DeviceId& id : ids) {
        if (knows(id)) continue;
        if (!connection) connection.emplace(database.acquire());
        ids_[id.key()] = find_or_add(**connection, id.text(), now_ms);
    }
}

std::vector<KnownDevice> KnownDeviceStore::lock(Connection& connection, std::span<const KnownDeviceId> ids) {
    if (ids.empty()) return {};
    return connection.select<KnownDevice>(
        "SELECT id, uid, last_seen_ms, usual_interval_ms, last_power_ms, last_run_ms, last_climate_ms"
        "  FROM known_devices WHERE id IN " +
        in_list(ids) + " ORDER BY id FOR UPDATE");
}

void KnownDeviceStore::save(Connection& connection, std::span<const KnownDevice> devices) {
    std::vector<Saved> rows;
    for (const KnownDevice& device : devices) {
        rows.push_back({device.id, device.uid, device.last_seen_ms, device.last_seen_ms,
                        device.usual_interval_ms, device.last_power_ms, device.last_run_ms,
                        device.last_climate_ms});
    }
    connection.bulk(save_device, rows);
}

std::vector<std::string> KnownDeviceStore::registered_among(Connection& connection,
                                                            std::span<const std::string> keys) {
    std::vector<std::string> registered;
    for (const std::string& key : keys) {
        if (connection.select_one<std::int64_t>(find_registered, key, key, mac_digits(key)))
            registered.push_back(key);
    }
    return registered;
}

}  // namespace silaware::storage
