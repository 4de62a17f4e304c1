#pragma once

#include <stop_token>

#include "app/settings.hpp"
#include "core/error.hpp"

namespace silaware::app {

/// Writes the demo devices' past into the database, through the same code as live messages; nothing to do
/// when it is there already. Shows its progress.
core::Result<void> write_demo_history(const Settings& settings, std::stop_token stop);

/// Publishes the demo devices' present until `stop`.
int publish_demo(const Settings& settings, std::stop_token stop);

}  // namespace silaware::app
