#include "domain/retention.hpp"

namespace silaware::domain {

core::Instant retention_cutoff(core::Instant now, int months, const core::SiteZone& zone) {
    const core::LocalTime local = zone.to_local(now);
    const core::LocalDay today = date::floor<date::days>(local);
    date::year_month_day day = date::year_month_day{today} - date::months{months};
    if (!day.ok()) day = day.year() / day.month() / date::last;
    return zone.to_instant(core::LocalTime{core::LocalDay{day}} + (local - today));
}

}  // namespace silaware::domain
