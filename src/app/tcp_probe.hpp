#pragma once

#include <chrono>
#include <string>

namespace silaware::app {

/// True if something accepts connections at `host`:`port` within `patience`.
bool can_connect(const std::string& host, const std::string& port, std::chrono::milliseconds patience);

}  // namespace silaware::app
