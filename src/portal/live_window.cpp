#include "portal/live_window.hpp"

#include <algorithm>

namespace silaware::portal {

namespace {

constexpr std::int64_t overlap_ms = 10'000;
/// What was written just before the first viewer came is new to it, so that nothing falls between page and
/// stream.
constexpr std::int64_t first_look_ms = 2'000;

}  // namespace

std::int64_t LiveWindow::since(core::Instant now) const {
    if (newest_ == 0) return core::epoch_ms(now) - first_look_ms;
    // A stamp from a clock that ran ahead must not hide those that follow it.
    return std::min(newest_, core::epoch_ms(now)) - overlap_ms;
}

std::vector<storage::LiveReading> LiveWindow::take_new(std::vector<storage::LiveReading> readings,
                                                       core::Instant now) {
    newest_ = std::max(newest_, core::epoch_ms(now) - first_look_ms);
    std::erase_if(readings, [this](const storage::LiveReading& reading) {
        newest_ = std::max(newest_, reading.changed);
        const std::pair identity{reading.observed_ms, reading.received_ms};
        const auto [known, added] = seen_.try_emplace(reading.device_id, identity);
        if (added) return false;
        return std::exchange(known->second, identity) == identity;
    });
    return readings;
}

void LiveWindow::reset() {
    newest_ = 0;
    seen_.clear();
}

}  // namespace silaware::portal
