#include "domain/retention.hpp"

#include <algorithm>

namespace silaware::domain {

namespace {

constexpr int alert_months = 24;
constexpr int audit_months = 12;

}  // namespace

core::Instant retention_cutoff(core::Instant now, int months, const core::SiteZone& zone) {
    const core::LocalTime local = zone.to_local(now);
    const core::LocalDay today = date::floor<date::days>(local);
    date::year_month_day day = date::year_month_day{today} - date::months{months};
    if (!day.ok()) day = day.year() / day.month() / date::last;
    return zone.to_instant(core::LocalTime{core::LocalDay{day}} + (local - today));
}

RetentionCutoffs retention_cutoffs(core::Instant now, int months, const core::SiteZone& zone) {
    return {.raw = retention_cutoff(now, months, zone),
            .alerts = retention_cutoff(now, std::max(months, alert_months), zone),
            .audit = retention_cutoff(now, std::max(months, audit_months), zone)};
}

}  // namespace silaware::domain
