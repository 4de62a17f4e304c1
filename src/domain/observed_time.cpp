#include "domain/observed_time.hpp"

namespace silaware::domain {

core::Instant observed_time(std::optional<core::LocalTime> rtc, core::Instant received,
                            const core::SiteZone& zone) {
    if (!rtc) return received;
    const core::Instant taken = zone.to_instant_near(*rtc, received);
    return date::abs(taken - received) <= date::days{1} ? taken : received;
}

bool is_to_come(core::Instant at, core::Instant now) {
    return at > now + clock_tolerance;
}

bool is_of_a_clock_ahead(core::Instant observed, core::Instant received, core::Instant now) {
    return is_to_come(received, now) && is_to_come(observed, now);
}

}  // namespace silaware::domain
