#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// One-time links to set a new password. Every method throws DatabaseError.
class PasswordResetStore {
  public:
    explicit PasswordResetStore(Database& database) : database_(database) {}

    /// Replaces the account's earlier links; `and_then` runs in the same transaction (it queues the mail).
    void create(std::string_view token_hash, std::int64_t account_id, core::Instant expires,
                const std::function<void(Connection&)>& and_then);
    /// The account a link still works for.
    std::optional<std::int64_t> find(std::string_view token_hash, core::Instant now) const;

  private:
    Database& database_;
};

/// PasswordResetStore::find within a transaction.
std::optional<std::int64_t> find_reset(Connection& connection, std::string_view token_hash,
                                       core::Instant now);
/// Uses the link up within a transaction: true for one caller only.
bool take_reset(Connection& connection, std::string_view token_hash, core::Instant now);

}  // namespace silaware::storage
