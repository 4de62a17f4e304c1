#include "portal/month_figures.hpp"

#include "domain/forecast.hpp"
#include "domain/interval_split.hpp"
#include "domain/tariff.hpp"
#include "portal/figures.hpp"

namespace silaware::portal {

MonthFigures month_figures(std::span<const storage::DayEnergy> days, date::year_month month,
                           core::LocalDay today, const Tariff& tariff, bool sends_co2) {
    const auto energy = domain::month_energy(kwh_by_day(days), month);
    MonthFigures figures;
    figures.energy_kwh = energy.kwh;
    figures.active_days = energy.active_days;
    figures.forecast_kwh = domain::forecast_kwh(energy, month, today);
    double register_kg = 0;
    for (const auto& day : days) {
        if (domain::month_of(day.day) != month) continue;
        register_kg += day.co2_kg;
        if (!day.max_demand_kw || (figures.max_demand_kw && *figures.max_demand_kw >= *day.max_demand_kw))
            continue;
        figures.max_demand_kw = day.max_demand_kw;
        figures.max_demand_at = day.max_demand_at;
    }
    figures.cost = domain::bill(figures.energy_kwh, tariff.rate);
    figures.forecast_cost = domain::bill(figures.forecast_kwh, tariff.rate);
    const auto counted = sends_co2 ? std::optional(register_kg) : std::nullopt;
    figures.co2_kg = domain::co2_kg(figures.energy_kwh, counted, tariff.co2_factor);
    return figures;
}

}  // namespace silaware::portal
