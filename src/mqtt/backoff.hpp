#pragma once

#include <chrono>
#include <random>

namespace silaware::mqtt {

/// Pauses between attempts: doubling up to the longest, each shortened by up to half at random, so that many
/// clients do not come back at the same moment.
class Backoff {
  public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest);
    std::chrono::milliseconds next();
    void reset() { pause_ = first_; }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds pause_;
    std::minstd_rand random_;
};

}  // namespace silaware::mqtt
