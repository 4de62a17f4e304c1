#include "app/database_guard.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <spdlog/spdlog.h>

namespace silaware::app {

namespace {

// Connecting takes five more at most, and ten is what a stop may take.
constexpr std::chrono::seconds stop_grace{3};
constexpr std::chrono::milliseconds stop_look_every{200};

/// False if `end` came first.
bool pause(std::chrono::milliseconds time, const std::stop_token& end) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, end, time, [] { return false; });
    return !end.stop_requested();
}

}  // namespace

DatabaseGuard::DatabaseGuard(storage::Database& database, std::stop_token stop)
    : thread_([&database, stop = std::move(stop)](const std::stop_token& end) {
          while (!stop.stop_requested()) {
              if (!pause(stop_look_every, end)) return;
          }
          if (!pause(stop_grace, end)) return;
          spdlog::warn("database: it does not answer; what waits for it is given up");
          database.interrupt();
      }) {}

}  // namespace silaware::app
