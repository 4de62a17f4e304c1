#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "core/error.hpp"
#include "mqtt/endpoint.hpp"
#include "mqtt/tcp.hpp"

namespace silaware::mqtt {

/// What a read or write did. `count` is 0 where it would have had to wait.
struct Transfer {
    std::size_t count = 0;
    bool ended = false;
    std::string reason = {};  ///< of `ended`, in plain words
};

struct FreeTls {
    void operator()(SSL_CTX* context) const;
    void operator()(SSL* tls) const;
};

struct OpenTimeouts {
    std::chrono::milliseconds connect;    ///< for each address of the host
    std::chrono::milliseconds handshake;  ///< for TLS
};

/// The bytes to and from a broker, plain or in TLS. Nothing here waits but open(), wait() and
/// close_gracefully().
class Stream {
  public:
    /// Connects, and with `tls_ca` checks the broker's certificate against it and the host's name. Errors:
    /// `unavailable` if nobody answers or the certificate is not trusted, `invalid` for the CA file.
    static core::Result<Stream> open(const Endpoint& broker, OpenTimeouts timeouts,
                                     const std::stop_token& stop);

    /// With TLS, poll() shows nothing of what lies decrypted inside: read until `count` is 0 before a wait().
    Transfer read(std::span<char> into);
    Transfer write(std::string_view bytes);
    bool wait(short events, std::chrono::milliseconds timeout) const { return socket_.wait(events, timeout); }
    /// The broker sends nothing any more, though there may still be something to read.
    bool peer_is_gone() const;
    /// Ends our direction, then reads and forgets until the broker closes. Closing a socket with unread bytes
    /// in it resets the connection, and a broker that is behind would not read our last words any more.
    void close_gracefully(std::chrono::milliseconds patience);

  private:
    explicit Stream(Socket socket) : socket_(std::move(socket)) {}
    core::Result<void> start_tls(const Endpoint& broker, std::chrono::milliseconds timeout,
                                 const std::stop_token& stop);
    core::Result<void> prepare_tls(const Endpoint& broker);
    Transfer judge_tls(int result) const;

    Socket socket_;
    std::unique_ptr<SSL_CTX, FreeTls> context_;
    std::unique_ptr<SSL, FreeTls> tls_;
};

}  // namespace silaware::mqtt
