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
    /// Uses the link up: the account, for one caller only.
    std::optional<std::int64_t> take(std::string_view token_hash, core::Instant now);

  private:
    Database& database_;
};

}  // namespace silaware::storage
