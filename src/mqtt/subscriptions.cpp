#include "mqtt/subscriptions.hpp"

#include <algorithm>

namespace silaware::mqtt {

namespace {

constexpr int not_granted_yet = 0x80;

}  // namespace

Subscriptions::Subscriptions(const std::vector<std::string>& filters, std::chrono::milliseconds again)
    : again_(again) {
    for (const std::string& filter : filters)
        grants_.push_back({filter, not_granted_yet});
}

std::vector<std::string> Subscriptions::due(Time now) {
    std::vector<std::string> filters;
    if (asked_at_ || now < next_) return filters;
    for (const Grant& grant : grants_) {
        if (grant.refused()) filters.push_back(grant.filter);
    }
    if (!filters.empty()) asked_at_ = now;
    return filters;
}

bool Subscriptions::answer(const std::vector<int>& codes, Time now) {
    const auto asked = static_cast<std::size_t>(std::ranges::count_if(grants_, &Grant::refused));
    if (!asked_at_ || codes.size() != asked) return false;
    auto code = codes.begin();
    for (Grant& grant : grants_) {
        if (grant.refused()) grant.code = *code++;
    }
    asked_at_.reset();
    next_ = now + again_;
    return true;
}

bool Subscriptions::any_granted() const {
    return !std::ranges::all_of(grants_, &Grant::refused);
}

}  // namespace silaware::mqtt
