#pragma once

#include <chrono>
#include <optional>

#include "storage/alert_settings.hpp"

namespace silaware::alerts {

/// The settings, read again when they are 2 seconds old, so that a change anywhere counts within 3. Not
/// thread safe.
class RulesCache {
  public:
    /// Throws DatabaseError.
    const storage::AlertRules& current(storage::Connection& connection);

  private:
    std::optional<storage::AlertRules> rules_;
    std::chrono::steady_clock::time_point read_at_{};
};

}  // namespace silaware::alerts
