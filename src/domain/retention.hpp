#pragma once

#include "core/time.hpp"

namespace silaware::domain {

/// Rows older than this go: the same wall clock time `months` calendar months before `now` at the site, on
/// the last day of the month where that month is shorter (31 July − 5 months = 28 February).
core::Instant retention_cutoff(core::Instant now, int months, const core::SiteZone& zone);

/// What is older than these goes.
struct RetentionCutoffs {
    core::Instant raw;     ///< readings, runs, cycles and what is in quarantine
    core::Instant alerts;  ///< cleared ones, by when they were: two years at least
    core::Instant audit;   ///< a year at least
};
/// Alerts and audit are few and asked for late: they stay longer than raw rows, and never shorter.
RetentionCutoffs retention_cutoffs(core::Instant now, int months, const core::SiteZone& zone);

}  // namespace silaware::domain
