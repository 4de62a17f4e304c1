#include "storage/server_lock.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view take_lock =
    "SELECT COALESCE(GET_LOCK(CONCAT(?, LEFT(MD5(DATABASE()), 16)), ?), 0)";
constexpr std::string_view release_lock =
    "SELECT COALESCE(RELEASE_LOCK(CONCAT(?, LEFT(MD5(DATABASE()), 16))), 0)";

}  // namespace

ServerLock::ServerLock(Connection& connection, std::string_view purpose, std::chrono::seconds patience)
    : connection_(connection), prefix_(std::string("silaware.").append(purpose).append(".")) {
    held_ = connection.select_one<std::int64_t>(take_lock, prefix_, patience.count()).value_or(0) == 1;
}

ServerLock::~ServerLock() {
    if (!held_ || connection_.broken()) return;
    try {
        connection_.select_one<std::int64_t>(release_lock, prefix_);
    } catch (const DatabaseError&) {
        // The connection is gone, and the lock with it.
    }
}

}  // namespace silaware::storage
