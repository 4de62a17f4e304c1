#pragma once

#include <optional>
#include <span>

#include "core/time.hpp"
#include "storage/energy_queries.hpp"

namespace silaware::portal {

/// What a kWh costs and emits.
struct Tariff {
    double rate = 0;        ///< per kWh
    double co2_factor = 0;  ///< kg per kWh, for a meter that sends no CO2
};

/// The figures of one meter in one month.
struct MonthFigures {
    double energy_kwh = 0;
    double cost = 0;
    double co2_kg = 0;
    int active_days = 0;
    double forecast_kwh = 0;
    double forecast_cost = 0;
    std::optional<double> max_demand_kw;
    std::optional<core::Instant> max_demand_at;
};

/// `days`: of one meter; those outside of `month` are not looked at. `sends_co2`: the meter's own CO2
/// register counts.
MonthFigures month_figures(std::span<const storage::DayEnergy> days, date::year_month month,
                           core::LocalDay today, const Tariff& tariff, bool sends_co2);

}  // namespace silaware::portal
