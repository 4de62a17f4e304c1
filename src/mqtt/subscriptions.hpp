#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/subscriber.hpp"

namespace silaware::mqtt {

/// What is asked of the broker on one connection, and what it answers. The time is a parameter.
class Subscriptions {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// What is refused is asked for again after `again`.
    Subscriptions(const std::vector<std::string>& filters, std::chrono::milliseconds again);

    /// The filters to ask for now: all of them at first, later those refused. Empty while none is due.
    std::vector<std::string> due(Time now);
    /// The codes for the filters that due() gave last; false if they are not one for each.
    bool answer(const std::vector<int>& codes, Time now);

    std::optional<Time> unanswered_since() const { return asked_at_; }
    const std::vector<Grant>& grants() const { return grants_; }
    bool any_granted() const;

  private:
    std::vector<Grant> grants_;  ///< refused as long as the broker has not said otherwise
    std::chrono::milliseconds again_;
    Time next_ = Time::min();
    std::optional<Time> asked_at_;
};

}  // namespace silaware::mqtt
