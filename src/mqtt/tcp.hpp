#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace silaware::mqtt {

/// Owns the descriptor of a socket that never blocks.
class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    int descriptor() const { return descriptor_; }
    /// poll() for `events`; false after `timeout`. A lost connection counts as an event.
    bool wait(short events, std::chrono::milliseconds timeout) const;

  private:
    int descriptor_ = -1;
};

/// A connection to the first address of `host` that takes one. Error `unavailable` in plain words after
/// `timeout` per address, or soon after `stop`.
core::Result<Socket> connect_tcp(const std::string& host, std::uint16_t port,
                                 std::chrono::milliseconds timeout, const std::stop_token& stop);

/// For libraries that write to closed sockets without MSG_NOSIGNAL: OpenSSL and libmosquitto.
void ignore_broken_pipes();

/// The numeric address at the other end.
std::string peer_address(const Socket& socket);

}  // namespace silaware::mqtt
