#include "alerts/retry.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace silaware::alerts {

namespace {

using mail::DeliveryState;

constexpr int tries_of_refused = 3;
constexpr std::chrono::hours patience{72};
constexpr std::string_view refused_mark = "; not delivered to ";
constexpr std::string_view pending_mark = "; waiting for ";

std::string refusals(const std::vector<mail::Refusal>& refused, bool permanent) {
    std::string text;
    for (const mail::Refusal& refusal : refused) {
        if (refusal.is_permanent() != permanent) continue;
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", refusal.address, refusal.words);
    }
    return text;
}

/// The part of an earlier answer that names receivers refused for good.
std::string refused_before(const std::string& earlier) {
    const auto mark = earlier.find(refused_mark);
    if (mark == std::string::npos) return "";
    const auto end = earlier.find(pending_mark, mark);
    return earlier.substr(mark, end == std::string::npos ? end : end - mark);
}

Settlement after_sent(const mail::Delivery& delivery, bool too_old, const std::string& earlier) {
    Settlement settlement{NextStep::done, delivery.answer, {}};
    const std::string never = refusals(delivery.refused, true);
    if (!never.empty()) settlement.answer += std::string(refused_mark) + never;
    for (const mail::Refusal& refusal : delivery.refused) {
        if (!refusal.is_permanent()) settlement.pending.push_back(refusal.address);
    }
    if (!settlement.pending.empty()) {
        settlement.step = too_old ? NextStep::give_up : NextStep::try_again;
        settlement.answer += std::string(pending_mark) + refusals(delivery.refused, false);
    }
    settlement.answer += refused_before(earlier);
    return settlement;
}

}  // namespace

std::chrono::seconds retry_delay(int tries) {
    return std::chrono::seconds(std::min(30, 5 << std::clamp(tries - 1, 0, 4)));
}

Settlement settle(const mail::Delivery& delivery, int tries, std::chrono::milliseconds age,
                  const std::string& earlier) {
    if (delivery.state == DeliveryState::sent) return after_sent(delivery, age > patience, earlier);
    Settlement settlement{NextStep::try_again, delivery.answer + refused_before(earlier), {}};
    if (delivery.state == DeliveryState::permanent && tries >= tries_of_refused)
        settlement.step = NextStep::give_up;
    if (delivery.state == DeliveryState::temporary && age > patience) settlement.step = NextStep::give_up;
    return settlement;
}

}  // namespace silaware::alerts
