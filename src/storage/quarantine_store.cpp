#include "storage/quarantine_store.hpp"

#include "core/text.hpp"

namespace silaware::storage {

namespace {

constexpr std::size_t longest_payload = 64 * 1024;
constexpr std::size_t longest_topic = 250;
constexpr std::size_t longest_reason = 480;

constexpr std::string_view insert_row =
    "INSERT INTO quarantine (topic, payload, reason, message_hash, received_ms) VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view find_quarantined = "SELECT 1 FROM quarantine WHERE message_hash = ? LIMIT 1";
constexpr std::string_view find_retained = "SELECT 1 FROM retained_messages WHERE message_hash = ?";
constexpr std::string_view add_retained =
    "INSERT IGNORE INTO retained_messages (message_hash, received_ms) VALUES (?, ?)";

}  // namespace

void insert_quarantine(Connection& connection, std::vector<QuarantineRow> rows) {
    for (QuarantineRow& row : rows) {
        row.topic = core::truncate_utf8(core::to_utf8(row.topic), longest_topic);
        row.reason = core::truncate_utf8(core::to_utf8(row.reason), longest_reason);
        row.payload = row.payload.substr(0, longest_payload);
    }
    connection.bulk(insert_row, rows);
}

bool quarantined_before(Connection& connection, std::int64_t message_hash) {
    return connection.select_one<int>(find_quarantined, message_hash).has_value();
}

bool retained_before(Connection& connection, std::int64_t message_hash) {
    return connection.select_one<int>(find_retained, message_hash).has_value();
}

void remember_retained(Connection& connection, std::int64_t message_hash, std::int64_t now_ms) {
    connection.execute(add_retained, message_hash, now_ms);
}

}  // namespace silaware::storage
