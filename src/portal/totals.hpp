#pragma once

#include <span>

#include "storage/meter_queries.hpp"

namespace silaware::portal {

/// Which of some meters are added up: all but the sub-meters, whose load the meter before them measures too;
/// all of them where there is nothing else.
class TotalOf {
  public:
    explicit TotalOf(std::span<const storage::MeterOverview> meters) {
        for (const auto& meter : meters)
            only_submeters_ = only_submeters_ && meter.is_submeter;
    }
    bool counts(const storage::MeterOverview& meter) const { return only_submeters_ || !meter.is_submeter; }

  private:
    bool only_submeters_ = true;
};

}  // namespace silaware::portal
