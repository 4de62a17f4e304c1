#pragma once

#include <map>

#include "core/time.hpp"

namespace silaware::domain {

/// The energy of a site-local month as far as it is known.
struct MonthEnergy {
    double kwh = 0;
    int active_days = 0;
};

/// True for a day with energy; sums that were taken back leave a rest of rounding, which is none.
bool is_active(double day_kwh);

/// The energy of `month` from energy by site-local day; days outside of it are not looked at.
MonthEnergy month_energy(const std::map<core::LocalDay, double>& kwh_by_day, date::year_month month);

/// Forecast in kWh of `month`, seen on the site's day `today`: the running month's is its energy so far ÷
/// active days × days in the month (0 without an active day), a past month's its total, that of a month to
/// come 0.
double forecast_kwh(const MonthEnergy& energy, date::year_month month, core::LocalDay today);

}  // namespace silaware::domain
