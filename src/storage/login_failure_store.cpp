#include "storage/login_failure_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_newest = R"(
    SELECT at_ms FROM login_failures WHERE subject = ? AND at_ms > ? ORDER BY at_ms DESC LIMIT ?)";
constexpr std::string_view insert_failure = "INSERT INTO login_failures (subject, at_ms) VALUES (?, ?)";
constexpr std::string_view delete_subject = "DELETE FROM login_failures WHERE subject = ?";
constexpr std::string_view delete_old = "DELETE FROM login_failures WHERE at_ms < ? LIMIT 500";

}  // namespace

std::vector<core::Instant> LoginFailureStore::newest(std::string_view subject, std::size_t count,
                                                     core::Instant since) const {
    std::vector<core::Instant> failures;
    for (const std::int64_t at :
         database_.select<std::int64_t>(find_newest, subject, core::epoch_ms(since), count)) {
        failures.push_back(core::from_epoch_ms(at));
    }
    return failures;
}

void LoginFailureStore::add(std::string_view subject, core::Instant at) {
    database_.execute(insert_failure, subject, core::epoch_ms(at));
}

void LoginFailureStore::forget(std::string_view subject) {
    forget_failures(*database_.acquire(), subject);
}

void LoginFailureStore::sweep(core::Instant before) {
    database_.execute(delete_old, core::epoch_ms(before));
}

void forget_failures(Connection& connection, std::string_view subject) {
    connection.execute(delete_subject, subject);
}

}  // namespace silaware::storage
