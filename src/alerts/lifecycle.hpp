#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alerts/notice.hpp"
#include "alerts/options.hpp"
#include "domain/alert_policy.hpp"
#include "storage/alert_store.hpp"

namespace silaware::alerts {

/// One condition of one device, and the alert that is open for it.
struct Condition {
    std::string kind;
    std::string device;
    std::optional<storage::OpenAlert> open = {};
    domain::AlertState state = {};
};

/// As the alert stands that is open for it, if one is.
Condition condition_of(std::string_view kind, const std::string& device,
                       std::optional<storage::OpenAlert> open);

/// What a condition was found to be at a moment.
struct Finding {
    domain::Standing standing;
    core::Instant at;
    std::optional<double> value = {};
    std::optional<double> limit = {};
};

/// Moves conditions from pending over raised to cleared, in the database and in `notices`. Works in the
/// caller's transaction; throws DatabaseError.
class Lifecycle {
  public:
    /// `texts` must outlive it.
    Lifecycle(storage::Connection& connection, const MailTexts& texts, core::Instant now)
        : connection_(connection), texts_(texts), now_(now) {}

    void judge(Condition& condition, const Finding& finding, const domain::AlertRule& rule);
    /// Clears what is open of a condition.
    void clear(Condition& condition, core::Instant at);

    const std::vector<Notice>& notices() const { return notices_; }
    std::vector<Notice>& notices() { return notices_; }

  private:
    void raise(Condition& condition, const Finding& finding);
    void remind(Condition& condition, const Finding& finding);
    void keep_pending(Condition& condition, const Finding& finding);
    storage::NewAlert new_alert(const Condition& condition, const Finding& finding) const;
    void note(Event event, const storage::OpenAlert& alert, const Finding& finding);

    storage::Connection& connection_;
    const MailTexts& texts_;
    core::Instant now_;
    std::vector<Notice> notices_;
};

}  // namespace silaware::alerts
