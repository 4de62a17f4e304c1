#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "http/dispatch.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"

namespace silaware::http {

class Connection;

/// What the connections of one server share. All of it belongs to the socket thread but the pools of workers
/// and the const parts.
struct Shared {
    Shared(ServerOptions options_, Router router_, ServerHooks hooks_);

    const ServerOptions options;
    const Router router;
    const ServerHooks hooks;
    const Dispatch dispatch;
    boost::asio::io_context io{1};
    WorkerPool workers;
    WorkerPool quick_workers;
    WorkerPool heavy_workers;
    bool draining = false;
    std::size_t reviews = 0;  ///< event streams being authorized again at this moment
    std::unordered_set<Connection*> connections;
};

/// One client, from accept to close. One coroutine; a deadline that the server's sweep compares with the
/// clock stands in for a timer per operation, so that an idle connection costs next to nothing.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    using Clock = std::chrono::steady_clock;

    Connection(Shared& shared, Socket socket, std::string peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    /// Ends what is idle or an event stream, hurries what is still being received; the rest may finish.
    void drain();
    /// Closes the socket if the deadline has passed.
    void sweep(Clock::time_point now);
    void close();

  private:
    enum class Phase { idle, receiving, working, sending, streaming };
    enum class Next { another, finish };
    struct Exchange;

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> wait_for_bytes();
    boost::asio::awaitable<Next> serve_one();
    boost::asio::awaitable<bool> receive_head(Exchange& exchange);
    boost::asio::awaitable<bool> receive_body(Exchange& exchange);
    boost::asio::awaitable<void> admit(Exchange& exchange);
    boost::asio::awaitable<void> handle(Exchange& exchange);
    WorkerPool* pool_for(Exchange& exchange);
    boost::asio::awaitable<Next> answer(Exchange& exchange);
    boost::asio::awaitable<bool> send_text(Exchange& exchange, std::string_view body);
    boost::asio::awaitable<bool> send_pieces(Exchange& exchange, Framing framing, std::size_t length,
                                             ChunkSource& next);
    boost::asio::awaitable<void> send_events(Exchange& exchange, const EventBody& body);
    boost::asio::awaitable<std::optional<std::chrono::milliseconds>> review(const Exchange& exchange);
    std::function<void()> waker();
    boost::asio::awaitable<bool> send_head(Exchange& exchange, const HeadContext& context);
    template <typename Buffers>
    boost::asio::awaitable<bool> send(const Buffers& buffers);
    boost::asio::awaitable<void> hop_to(WorkerPool& pool);
    boost::asio::awaitable<void> hop_back_from(WorkerPool& pool);
    boost::asio::awaitable<void> linger();

    void expect_within(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }
    void expect_whenever() { deadline_ = Clock::time_point::max(); }
    boost::asio::awaitable<void> pause_for_piece();
    void watch_for_departure();
    void watch_for_end();
    void observe(const Exchange& exchange) const;

    Shared& shared_;
    Socket socket_;
    std::string peer_;
    boost::beast::flat_buffer buffer_;
    Clock::time_point deadline_ = Clock::time_point::max();
    Phase phase_ = Phase::idle;
    boost::asio::steady_timer wake_;
    std::array<char, 1> departure_byte_{};
    bool departed_ = false;
    bool watching_ = false;  ///< for the end of what the client sends
};

}  // namespace silaware::http
