#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace silaware::portal {

/// One day of a meter's own `energy_history`.
struct HistoryDay {
    core::LocalDay day;
    std::optional<double> kwh;
};

/// The days of `json`: the last element is `last_day`, the ones before it the days before; an element is a
/// number, or an object with `date` (YYYY-MM-DD or DD/MM/YYYY), which then says its day, and `energy`. Empty
/// for anything that is no array.
std::vector<HistoryDay> read_energy_history(std::string_view json, core::LocalDay last_day);

/// `Mon` … `Sun`.
std::string weekday_label(core::LocalDay day);

}  // namespace silaware::portal
