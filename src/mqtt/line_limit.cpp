#include "mqtt/line_limit.hpp"

#include <utility>

namespace silaware::mqtt {

namespace {

constexpr std::chrono::minutes window{1};

}  // namespace

bool LineLimit::permits(Time now) {
    if (count_ == 0 || now - begin_ >= window) {
        begin_ = now;
        count_ = 0;
    }
    return ++count_ <= most_;
}

int LineLimit::sum_up(Time now) {
    if (count_ <= most_ || now - begin_ < window) return 0;
    return std::exchange(count_, 0);
}

bool RepetitionLimit::permits(const std::string& text, LineLimit::Time now) {
    std::erase_if(written_, [now](const auto& entry) { return now - entry.second >= window; });
    return written_.emplace(text, now).second;
}

}  // namespace silaware::mqtt
