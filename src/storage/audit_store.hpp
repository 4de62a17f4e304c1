#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/page.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// Who changes something, from where, when.
struct Change {
    std::string account;  ///< username, or "system" for the command line
    std::string address;
    core::Instant at;
};

/// Names and values of what changed; never a password or a token.
using Facts = std::map<std::string, std::string>;

struct AuditEntry {
    std::int64_t id = 0;
    std::int64_t at_ms = 0;
    std::string account = {};
    std::string address = {};
    std::string action = {};
    std::string subject = {};
    std::optional<std::string> before = {};  ///< a JSON object
    std::optional<std::string> after = {};   ///< a JSON object
};

/// Writes a line of the audit log, in the transaction of the change. Throws DatabaseError.
void record_audit(Connection& connection, const Change& change, std::string_view action,
                  std::string_view subject, const Facts& before = {}, const Facts& after = {});

/// Only what differs between the two stays in them.
void keep_differences(Facts& before, Facts& after);

class AuditStore {
  public:
    explicit AuditStore(Database& database) : database_(database) {}

    /// Newest first; `search` looks into account, address, action and subject.
    core::Page<AuditEntry> list(const core::PageRequest& request) const;

  private:
    Database& database_;
};

}  // namespace silaware::storage
