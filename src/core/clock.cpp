#include "core/clock.hpp"

namespace silaware::core {

Instant clock_now() {
    return date::floor<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace silaware::core
