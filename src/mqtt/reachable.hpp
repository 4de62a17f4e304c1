#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "core/error.hpp"

namespace silaware::mqtt {

/// The numeric address of `host` that accepts TCP connections on `port`; the first of several. Tried with a
/// connection that is closed again, because libmosquitto's own connect can hang for minutes. Error
/// `unavailable` in plain words after `timeout` per address, or soon after `stop`.
core::Result<std::string> reachable_address(const std::string& host, std::uint16_t port,
                                            std::chrono::milliseconds timeout, const std::stop_token& stop);

}  // namespace silaware::mqtt
