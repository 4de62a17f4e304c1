#pragma once

#include <chrono>
#include <string>

namespace silaware::app {

/// True if something accepts connections at `host`:`port` within `patience`.
bool can_connect(const std::string& host, const std::string& port, std::chrono::milliseconds patience);

/// True if something listens already where a listener of ours is to be; "0.0.0.0" and "::" stand for all
/// addresses of this machine.
bool is_taken(const std::string& address, unsigned port);

}  // namespace silaware::app
