#pragma once

#include <cstddef>

#include "sheet/cell.hpp"

namespace silaware::sheet {

/// What a cell of a spreadsheet can hold, in bytes.
inline constexpr std::size_t longest_text = 32767;

/// Times as spreadsheets count them: days since 1899-12-30.
inline double serial(Day day) {
    constexpr double days_to_1970 = 25569;
    return static_cast<double>(day.days) + days_to_1970;
}
inline double serial(WallClock time) {
    constexpr double seconds_per_day = 86400;
    return static_cast<double>(time.seconds) / seconds_per_day + serial(Day{0});
}

}  // namespace silaware::sheet
