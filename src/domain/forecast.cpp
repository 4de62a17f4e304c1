#include "domain/forecast.hpp"

#include "domain/interval_split.hpp"

namespace silaware::domain {

bool is_active(double day_kwh) {
    return day_kwh > 1e-6;
}

MonthEnergy month_energy(const std::map<core::LocalDay, double>& kwh_by_day, date::year_month month) {
    MonthEnergy energy;
    const auto end = kwh_by_day.lower_bound(first_day(month + date::months{1}));
    for (auto day = kwh_by_day.lower_bound(first_day(month)); day != end; ++day) {
        energy.kwh += day->second;
        energy.active_days += is_active(day->second) ? 1 : 0;
    }
    return energy;
}

double forecast_kwh(const MonthEnergy& energy, date::year_month month, core::LocalDay today) {
    const auto current = month_of(today);
    if (month < current) return energy.kwh;
    if (month > current || energy.active_days == 0) return 0;
    return energy.kwh / energy.active_days * days_in(month);
}

}  // namespace silaware::domain
