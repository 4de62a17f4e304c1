#pragma once

#include <string_view>
#include <type_traits>
#include <vector>

#include "storage/known_device_store.hpp"

namespace silaware::storage {

/// Runs `sql` for each of a device's rows with these keys (days as texts, or buckets); its `?` are the device
/// and the key.
template <typename Key>
void for_each_key(Connection& connection, std::string_view sql, KnownDeviceId device,
                  const std::vector<Key>& keys) {
    struct DeviceKey {
        KnownDeviceId device_id;
        std::conditional_t<std::is_arithmetic_v<Key>, Key, std::string_view> key;
    };
    std::vector<DeviceKey> rows;
    rows.reserve(keys.size());
    for (const Key& key : keys)
        rows.push_back({device, key});
    connection.bulk(sql, rows);
}

/// Runs `sql`, whose only `?` is the id of a row, for each of `ids`.
inline void for_each_id(Connection& connection, std::string_view sql, const std::vector<std::int64_t>& ids) {
    struct Id {
        std::int64_t id;
    };
    std::vector<Id> rows;
    rows.reserve(ids.size());
    for (const std::int64_t id : ids)
        rows.push_back({id});
    connection.bulk(sql, rows);
}

}  // namespace silaware::storage
