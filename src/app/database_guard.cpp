#include "app/database_guard.hpp"

#include <chrono>

#include <spdlog/spdlog.h>

#include "core/clock.hpp"

namespace silaware::app {

namespace {

// Connecting takes five more at most, and ten is what a stop may take.
constexpr std::chrono::seconds stop_grace{3};
constexpr std::chrono::milliseconds stop_look_every{200};

}  // namespace

DatabaseGuard::DatabaseGuard(storage::Database& database, std::stop_token stop)
    : thread_([&database, stop = std::move(stop)](const std::stop_token& end) {
          while (!stop.stop_requested()) {
              if (!core::pause(end, stop_look_every)) return;
          }
          if (!core::pause(end, stop_grace)) return;
          spdlog::warn("database: it does not answer; what waits for it is given up");
          database.interrupt();
      }) {}

}  // namespace silaware::app
