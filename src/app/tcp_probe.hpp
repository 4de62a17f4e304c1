#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace silaware::app {

/// True if something accepts connections at `host`:`port` within `patience`.
bool can_connect(const std::string& host, const std::string& port, std::chrono::milliseconds patience);

/// Nothing if a listener can be opened at `address`:`port`; else why not, as "Address already in use".
std::optional<std::string> obstacle_to_listening(const std::string& address, unsigned port);

}  // namespace silaware::app
