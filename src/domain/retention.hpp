#pragma once

#include "core/time.hpp"

namespace silaware::domain {

/// Rows older than this go: the same wall clock time `months` calendar months before `now` at the site, on
/// the last day of the month where that month is shorter (31 July − 5 months = 28 February).
core::Instant retention_cutoff(core::Instant now, int months, const core::SiteZone& zone);

}  // namespace silaware::domain
