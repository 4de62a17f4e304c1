#include "domain/rhythm.hpp"

#include <algorithm>

#include "domain/observed_time.hpp"

namespace silaware::domain {

namespace {

using core::Milliseconds;

constexpr Milliseconds least_online = std::chrono::seconds{60};
constexpr Milliseconds least_silence = std::chrono::minutes{5};

}  // namespace

std::optional<Milliseconds> usual_interval(std::optional<Milliseconds> usual, Milliseconds gap) {
    if (gap <= Milliseconds{0}) return usual;
    if (!usual || *usual <= Milliseconds{0}) return gap;
    const Milliseconds counted = std::clamp(gap, *usual / 4, *usual * 4);
    return std::max(Milliseconds{1}, *usual + (counted - *usual) / 8);
}

bool is_online(core::Instant last_seen, std::optional<Milliseconds> usual, core::Instant now) {
    return !is_to_come(last_seen, now) &&
           now - last_seen <= std::max(least_online, usual.value_or(Milliseconds{0}) * 3);
}

core::Instant silent_from(core::Instant last_seen, std::optional<Milliseconds> usual,
                          core::Instant listening_since) {
    return std::max(last_seen, listening_since) +
           std::max(least_silence, usual.value_or(Milliseconds{0}) * 6);
}

}  // namespace silaware::domain
