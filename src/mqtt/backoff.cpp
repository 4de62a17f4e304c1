#include "mqtt/backoff.hpp"

#include <algorithm>

namespace silaware::mqtt {

Backoff::Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
    : first_(first), longest_(longest), pause_(first), random_(std::random_device()()) {}

std::chrono::milliseconds Backoff::next() {
    const auto pause = std::min(pause_, longest_);
    pause_ = std::min(pause * 2, longest_);
    std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(0, pause.count() / 2);
    return pause - std::chrono::milliseconds(jitter(random_));
}

}  // namespace silaware::mqtt
