#pragma once

#include <any>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "core/error.hpp"
#include "http/router.hpp"
#include "http/trusted_proxies.hpp"

namespace silaware::http {

struct ServerOptions {
    std::optional<std::string> host = "127.0.0.1";  ///< none: no TCP
    std::uint16_t port = 8080;                      ///< 0: a free one, see Server::port
    std::optional<std::filesystem::path> socket;    ///< Unix socket, a stale one is replaced
    unsigned socket_mode = 0660;
    TrustedProxies trusted_proxies = TrustedProxies::loopback_and_unix();

    std::size_t workers = 8;
    std::size_t queue_limit = 256;                    ///< requests waiting for a worker; beyond it 503
    std::size_t quick_workers = 4;                    ///< for handlers of Effort::quick
    std::size_t heavy_workers = 2;                    ///< for handlers of Effort::heavy
    std::size_t heavy_queue_limit = 64;               ///< beyond it Request::turned_away
    std::chrono::milliseconds heavy_patience{5'000};  ///< to wait for a heavy worker, after it turned_away
    std::size_t max_connections = 16384;              ///< beyond it new ones wait in the kernel's queue

    std::size_t max_head = 16 * 1024;
    std::size_t max_body = 1024 * 1024;
    std::size_t max_body_before_login = 64 * 1024;

    std::chrono::milliseconds request_timeout{30'000};  ///< for the whole request to arrive
    std::chrono::milliseconds idle_timeout{75'000};     ///< between requests
    std::chrono::milliseconds write_timeout{30'000};    ///< without any progress
    std::chrono::milliseconds heartbeat{15'000};        ///< of event streams
    std::chrono::milliseconds drain_timeout{9'000};     ///< for requests in flight at stop()
};

/// What `authorize` lets through.
struct Grant {
    std::any context;            ///< handed to the handler as Request::context
    bool authenticated = false;  ///< allows a body above max_body_before_login
};

struct ServerHooks {
    /// Runs on a worker after the head, before the body is read. The Response refuses: 401, 403, a redirect
    /// to login.
    std::function<tl::expected<Grant, Response>(const RequestHead&, const Route&)> authorize;
    /// Turns a handler's error, a 404 or 500 into a page; without it `error_response`. Runs on a worker.
    std::function<Response(const RequestHead&, const core::Error&)> render_error;
    /// Told of every answered request, for metrics; called on any thread.
    std::function<void(const RequestHead&, int status, std::chrono::microseconds took)> observe;
};

/// The HTTP/1.1 server: one thread for sockets, a pool of workers for handlers.
class Server {
  public:
    Server(ServerOptions options, Router router, ServerHooks hooks = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and serves until stop(). Error `unavailable` names the address that can't be listened on.
    core::Result<void> start();
    /// The TCP port in use, 0 without TCP.
    std::uint16_t port() const;
    /// Stops accepting, closes idle connections and event streams, lets requests in flight finish for
    /// drain_timeout, then returns. Safe to call twice, not from a handler.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Raises this process's limit of open files to the hard limit, so that 10,000 connections fit.
void raise_descriptor_limit();

}  // namespace silaware::http
