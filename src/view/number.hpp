#pragma once

#include <string>
#include <string_view>

namespace silaware::view {

/// `value` with grouped thousands as the language writes it: 1,234.5 in English, 1.234,5 in Indonesian.
std::string format_number(double value, int decimals, std::string_view language);
/// The decimals that `value` has when it is written as short as it can be: 2 of 33.25; at most 6.
int decimals_of(double value);

}  // namespace silaware::view
