#include "storage/retained_replay_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_retained = "SELECT 1 FROM retained_messages WHERE message_hash = ?";
constexpr std::string_view add_retained =
    "INSERT IGNORE INTO retained_messages (message_hash, received_ms) VALUES (?, ?)";

}  // namespace

bool retained_before(Connection& connection, std::int64_t message_hash) {
    return connection.select_one<int>(find_retained, message_hash).has_value();
}

void remember_retained(Connection& connection, std::int64_t message_hash, std::int64_t now_ms) {
    connection.execute(add_retained, message_hash, now_ms);
}

}  // namespace silaware::storage
