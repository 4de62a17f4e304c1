#pragma once

#include <span>

namespace silaware::auth {

/// Unpredictable bytes of the system. Throws std::runtime_error if it gives none.
void fill_random(std::span<unsigned char> bytes);

}  // namespace silaware::auth
