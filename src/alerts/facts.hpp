#pragma once

#include "domain/facts.hpp"

namespace silaware::alerts {

using domain::ClimateFact;
using domain::PowerFact;
using domain::RunGrowth;

}  // namespace silaware::alerts
