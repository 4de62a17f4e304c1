#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "storage/audit_store.hpp"
#include "storage/session_store.hpp"

namespace silaware::storage {

struct ApiToken {
    std::int64_t id = 0;
    std::string name = {};
    std::string scope = {};  ///< "read" or "full"
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> last_used_ms = {};
};

struct TokenUse {
    std::int64_t account_id = 0;
    std::string username = {};
    std::string role = {};
    std::optional<std::string> language = {};
    std::string scope = {};
};

/// Personal API tokens, kept as hashes. Every method throws DatabaseError.
class ApiTokenStore {
  public:
    explicit ApiTokenStore(Database& database) : database_(database) {}

    /// Error `conflict` when the account has as many tokens as are allowed (50).
    core::Result<ApiToken> create(std::int64_t account_id, const std::string& name, const std::string& scope,
                                  std::string_view token_hash, const Change& change);
    /// Error `not_found` for a token that is not the account's own.
    core::Result<void> remove(std::int64_t account_id, std::int64_t id, const Change& change);
    std::vector<ApiToken> list(std::int64_t account_id) const;
    /// The account behind a token; notes, at most once a minute, that it was used.
    std::optional<TokenUse> use(std::string_view token_hash, core::Instant now);

  private:
    Database& database_;
};

}  // namespace silaware::storage
