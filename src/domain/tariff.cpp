#include "domain/tariff.hpp"

namespace silaware::domain {

double bill(double kwh, double rate_per_kwh) {
    return kwh * rate_per_kwh;
}

double co2_kg(double kwh, std::optional<double> register_kg, double co2_factor) {
    return register_kg.value_or(kwh * co2_factor);
}

}  // namespace silaware::domain
