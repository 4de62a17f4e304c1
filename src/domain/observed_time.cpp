#include "domain/observed_time.hpp"

namespace silaware::domain {

core::Instant observed_time(std::optional<core::LocalTime> rtc, core::Instant received,
                            const core::SiteZone& zone) {
    if (!rtc) return received;
    const core::Instant taken = zone.to_instant_near(*rtc, received);
    return date::abs(taken - received) <= date::days{1} ? taken : received;
}

}  // namespace silaware::domain
