#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// The account behind a session or token, as it is at this moment.
struct SignedIn {
    std::int64_t account_id = 0;
    std::string username = {};
    std::string role = {};
    std::optional<std::string> language = {};
    std::int64_t expires_ms = 0;
    std::int64_t last_used_ms = 0;
};

struct NewSession {
    std::string token_hash;
    std::int64_t account_id = 0;
    core::Instant created;
    core::Instant expires;
    std::string address;
};

/// Sign-ins of browsers. Every method throws DatabaseError.
class SessionStore {
  public:
    explicit SessionStore(Database& database) : database_(database) {}

    void create(const NewSession& session);
    /// The account of a session that has neither expired nor been idle for `idle`; notes, at most once a
    /// minute, that it was used.
    std::optional<SignedIn> use(std::string_view token_hash, core::Instant now, core::Seconds idle);
    /// The name of the account whose session it was.
    std::optional<std::string> end(std::string_view token_hash);
    /// Removes some of those that are over; called at each sign-in.
    void sweep(core::Instant now);

  private:
    Database& database_;
};

/// Ends all sessions of an account within a transaction.
void end_sessions(Connection& connection, std::int64_t account_id);

}  // namespace silaware::storage
