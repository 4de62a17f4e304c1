#include "storage/device_store.hpp"

#include <cctype>

#include <fmt/format.h>

#include "storage/like.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t most_in_one = 10'000;

constexpr std::string_view select_registered = R"(
    SELECT d.id, d.mac_address, d.mcu_type, d.location, CAST(UNIX_TIMESTAMP(d.createdDate) AS SIGNED) * 1000,
           d.name, d.rated_power_w, d.group_name, d.is_submeter, NULLIF(k.last_seen_ms, 0), k.usual_interval_ms
      FROM devices d LEFT JOIN known_devices k ON k.uid = d.mac_address
     WHERE (? = '%%' OR CONCAT_WS('\n', d.mac_address COLLATE utf8mb4_general_ci, d.mcu_type, d.location,
                                            d.name, d.group_name) LIKE ? ESCAPE '!'
            OR REPLACE(d.mac_address, ':', '') COLLATE utf8mb4_general_ci LIKE ? ESCAPE '!'))";
constexpr std::string_view select_unregistered = R"(
    SELECT NULL, k.uid, '', '', NULL, NULL, NULL, NULL, 0, k.last_seen_ms, k.usual_interval_ms
      FROM known_devices k LEFT JOIN devices d ON d.mac_address = k.uid
     WHERE d.id IS NULL AND k.last_seen_ms > 0 AND (? = '%%' OR k.uid LIKE ? ESCAPE '!'
            OR REPLACE(k.uid, ':', '') LIKE ? ESCAPE '!'))";
constexpr std::string_view find_device = R"(
    SELECT d.id, d.mac_address, d.mcu_type, d.location, CAST(UNIX_TIMESTAMP(d.createdDate) AS SIGNED) * 1000,
           d.name, d.rated_power_w, d.group_name, d.is_submeter, NULLIF(k.last_seen_ms, 0), k.usual_interval_ms
      FROM devices d LEFT JOIN known_devices k ON k.uid = d.mac_address WHERE d.id = ?)";
constexpr std::string_view lock_device = "SELECT id FROM devices WHERE id = ? FOR UPDATE";
// Rows without a key were put in by another program, or are twins of an older system; and the server may fold
// letters that the key keeps apart: telemetry of both would be one device's.
constexpr std::string_view find_other =
    "SELECT id FROM devices WHERE (mac_key = ? OR mac_address = ?) AND id <> ? LIMIT 1";
constexpr std::string_view insert_device = R"(
    INSERT INTO devices (mac_address, mcu_type, location, mac_key, name, rated_power_w, group_name,
                         is_submeter, createdDate)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?)))";
constexpr std::string_view update_device = R"(
    UPDATE devices SET mac_address = ?, mcu_type = ?, location = ?, name = ?, rated_power_w = ?, group_name = ?,
                       is_submeter = ?
     WHERE id = ?)";
constexpr std::string_view update_key = "UPDATE devices SET mac_key = ? WHERE id = ?";
constexpr std::string_view delete_device = "DELETE FROM devices WHERE id = ?";

/// What is looked for in addresses without their colons: so that half an address in any spelling finds its
/// devices.
std::string compact_pattern(std::string_view search) {
    constexpr std::size_t half_an_address = 6;
    std::string digits;
    for (const char c : search) {
        if (std::isxdigit(static_cast<unsigned char>(c))) {
            digits += c;
        } else if (c != '-' && c != '.' && c != ':') {
            return like_pattern(search);
        }
    }
    return like_pattern(digits.size() < half_an_address ? search : digits);
}

std::string both(std::string_view before, std::string_view after) {
    return fmt::format("{}{} UNION ALL {}{}", before, select_registered, select_unregistered, after);
}

core::Error taken() {
    return {core::ErrorCode::conflict,
            "This device is registered already.",
            {{"mac_address", "A device with this address is registered already."}}};
}

core::Error no_such_device() {
    return {core::ErrorCode::not_found, "There is no such device.", {}};
}

std::string shown(const std::optional<double>& number) {
    return number ? fmt::format("{}", *number) : std::string();
}

Facts facts_of(const std::string& mac_address, const DeviceDetails& details) {
    return {{"mac_address", mac_address},
            {"mcu_type", details.mcu_type},
            {"location", details.location},
            {"name", details.name.value_or("")},
            {"rated_power_w", shown(details.rated_power_w)},
            {"group", details.group_name.value_or("")},
            {"submeter", details.is_submeter ? "yes" : "no"}};
}

DeviceDetails details_of(const Device& device) {
    return {device.mcu_type,      device.location,   device.name,
            device.rated_power_w, device.group_name, device.is_submeter};
}

constexpr int import_attempts = 5;

std::optional<std::int64_t> find_twin(Connection& connection, const core::DeviceId& id, std::int64_t but) {
    return connection.select_one<std::int64_t>(find_other, id.key(), id.text(), but);
}

std::int64_t insert(Connection& connection, const DeviceRow& device, const Change& change) {
    const DeviceDetails& details = device.details;
    connection.execute(insert_device, device.id.text(), details.mcu_type, details.location, device.id.key(),
                       details.name, details.rated_power_w, details.group_name, details.is_submeter,
                       core::epoch_ms(change.at) / 1000);
    const auto id = static_cast<std::int64_t>(connection.last_insert_id());
    record_audit(connection, change, "device.create", device.id.text(), {},
                 facts_of(device.id.text(), details));
    return id;
}

/// A device that shares its address with another one of an older system stays without a key.
void overwrite(Connection& connection, const Device& old, const DeviceRow& device, const Change& change) {
    const DeviceDetails& details = device.details;
    connection.execute(update_device, device.id.text(), details.mcu_type, details.location, details.name,
                       details.rated_power_w, details.group_name, details.is_submeter, *old.id);
    if (!find_twin(connection, device.id, *old.id)) connection.execute(update_key, device.id.key(), *old.id);
    Facts before = facts_of(old.mac_address, details_of(old));
    Facts after = facts_of(device.id.text(), details);
    keep_differences(before, after);
    if (!after.empty()) record_audit(connection, change, "device.update", old.mac_address, before, after);
}

bool same_device(const Device& device, const core::DeviceId& id) {
    const auto parsed = core::DeviceId::parse(device.mac_address);
    return parsed && *parsed == id;
}

template <typename Work>
auto or_conflict(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const DatabaseError& error) {
        if (error.violates("devices_mac")) return core::fail(taken());
        throw;
    }
}

}  // namespace

core::Result<std::int64_t> DeviceStore::create(const DeviceRow& device, const Change& change) {
    return or_conflict([&] {
        return database_.transaction([&](Connection& connection) -> core::Result<std::int64_t> {
            if (find_twin(connection, device.id, 0)) return core::fail(taken());
            return insert(connection, device, change);
        });
    });
}

core::Result<void> DeviceStore::update(std::int64_t id, const DeviceRow& device, const Change& change) {
    return or_conflict([&] {
        return database_.transaction([&](Connection& connection) -> core::Result<void> {
            connection.select<std::int64_t>(lock_device, id);
            const auto old = connection.select_one<Device>(find_device, id);
            if (!old) return core::fail(no_such_device());
            if (!same_device(*old, device.id) && find_twin(connection, device.id, id))
                return core::fail(taken());
            overwrite(connection, *old, device, change);
            return {};
        });
    });
}

core::Result<void> DeviceStore::remove(std::int64_t id, const Change& change) {
    return database_.transaction([&](Connection& connection) -> core::Result<void> {
        connection.select<std::int64_t>(lock_device, id);
        const auto old = connection.select_one<Device>(find_device, id);
        if (!old) return core::fail(no_such_device());
        connection.execute(delete_device, id);
        record_audit(connection, change, "device.delete", old->mac_address,
                     facts_of(old->mac_address, details_of(*old)));
        return {};
    });
}

ImportOutcome DeviceStore::import(const std::vector<DeviceRow>& devices, const Change& change) {
    for (int attempt = 1;; ++attempt) {
        try {
            return import_once(devices, change);
        } catch (const DatabaseError& error) {
            // Somebody else has just added one of them: the next time it is there.
            if (!error.violates("devices_mac") || attempt == import_attempts) throw;
        }
    }
}

ImportOutcome DeviceStore::import_once(const std::vector<DeviceRow>& devices, const Change& change) {
    return database_.transaction([&](Connection& connection) {
        ImportOutcome outcome;
        for (const DeviceRow& device : devices) {
            const auto known = find_twin(connection, device.id, 0);
            if (!known) {
                insert(connection, device, change);
                ++outcome.created;
                continue;
            }
            if (const auto old = connection.select_one<Device>(find_device, *known)) {
                overwrite(connection, *old, device, change);
                ++outcome.updated;
            }
        }
        return outcome;
    });
}

std::optional<Device> DeviceStore::find(std::int64_t id) const {
    return database_.select_one<Device>(find_device, id);
}

core::Page<Device> DeviceStore::list(const core::PageRequest& request) const {
    const std::string pattern = like_pattern(request.search);
    core::Page<Device> page{{}, request.page, request.per_page, 0};
    const std::string compact = compact_pattern(request.search);
    page.total = database_
                     .select_one<std::int64_t>(both("SELECT COUNT(*) FROM (", ") AS devices_and_others"),
                                               pattern, pattern, compact, pattern, pattern, compact)
                     .value_or(0);
    page.items = database_.select<Device>(both("", " ORDER BY id IS NULL, id, mac_address LIMIT ? OFFSET ?"),
                                          pattern, pattern, compact, pattern, pattern, compact,
                                          request.per_page, request.offset());
    return page;
}

core::Page<Device> DeviceStore::all(const std::string& search) const {
    core::Page<Device> page = list({1, most_in_one, search});
    page.per_page = std::max<std::int64_t>(static_cast<std::int64_t>(page.items.size()), 1);
    return page;
}

std::vector<Device> DeviceStore::registered() const {
    const std::string everything = like_pattern("");
    return database_.select<Device>(fmt::format("{} ORDER BY d.id", select_registered), everything,
                                    everything, everything);
}

}  // namespace silaware::storage
