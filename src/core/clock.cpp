#include "core/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace silaware::core {

Instant clock_now() {
    return date::floor<Milliseconds>(std::chrono::system_clock::now());
}

bool pause(const std::stop_token& stop, Milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    return !never.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

}  // namespace silaware::core
