#pragma once

#include <optional>

namespace silaware::domain {

/// The bill of `kwh` in the currency of `rate_per_kwh`; not rounded.
double bill(double kwh, double rate_per_kwh);

/// kg of CO2 of a period: what the meter's own CO2 register counted, `register_kg`; kWh × `co2_factor`
/// (kg/kWh) for a meter that sends none, or only ever 0 (`RegisterState::ever_positive` of its CO2 register):
/// pass nothing then.
double co2_kg(double kwh, std::optional<double> register_kg, double co2_factor);

}  // namespace silaware::domain
