#include "storage/spool_position_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view lock_position =
    "SELECT position, stored, duplicates, quarantined FROM spool_positions WHERE spool_id = ? FOR UPDATE";
constexpr std::string_view save_position = R"(
    INSERT INTO spool_positions (spool_id, position, stored, duplicates, quarantined) VALUES (?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE position = VALUES(position), stored = VALUES(stored),
      duplicates = VALUES(duplicates), quarantined = VALUES(quarantined))";

}  // namespace

std::optional<SpoolPosition> lock_spool_position(Connection& connection, const std::string& spool_id) {
    return connection.select_one<SpoolPosition>(lock_position, spool_id);
}

void save_spool_position(Connection& connection, const std::string& spool_id, const SpoolPosition& position) {
    connection.execute(save_position, spool_id, position.position, position.stored, position.duplicates,
                       position.quarantined);
}

}  // namespace silaware::storage
