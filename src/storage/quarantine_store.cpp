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

}  // namespace silaware::storage
