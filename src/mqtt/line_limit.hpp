#pragma once

#include <chrono>
#include <map>
#include <string>

namespace silaware::mqtt {

/// So many lines a minute for the log. The time is a parameter.
class LineLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit LineLimit(int most) : most_(most) {}

    /// Whether one more may be written; it is counted in any case.
    bool permits(Time now);
    /// After a minute in which lines were held back, once: how many there were. Else 0.
    int sum_up(Time now);

  private:
    int most_;
    int count_ = 0;
    Time begin_ = Time::min();
};

/// The same text once a minute.
class RepetitionLimit {
  public:
    bool permits(const std::string& text, LineLimit::Time now);

  private:
    std::map<std::string, LineLimit::Time> written_;
};

}  // namespace silaware::mqtt
