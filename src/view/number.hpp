#pragma once

#include <string>
#include <string_view>

namespace silaware::view {

/// `value` with grouped thousands as the language writes it: 1,234.5 in English, 1.234,5 in Indonesian.
std::string format_number(double value, int decimals, std::string_view language);

}  // namespace silaware::view
