#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace silaware::sheet {

/// A wall clock time: seconds since 1970-01-01 00:00:00 of the clock that is shown.
struct WallClock {
    std::int64_t seconds = 0;
};

/// A day: days since 1970-01-01.
struct Day {
    std::int64_t days = 0;
};

/// One cell of a row; texts are referred to, not copied.
using Cell = std::variant<std::monostate, std::string_view, std::int64_t, double, WallClock, Day>;

}  // namespace silaware::sheet
