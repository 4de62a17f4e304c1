#include "http/server.hpp"

#include <future>
#include <thread>

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "http/connection.hpp"
#include "http/listener.hpp"

namespace silaware::http {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Clock = Connection::Clock;

constexpr std::chrono::milliseconds sweep_interval{100};
constexpr std::chrono::milliseconds drain_poll{10};

}  // namespace

class Server::Impl {
  public:
    Impl(ServerOptions options, Router router, ServerHooks hooks)
        : shared_(std::move(options), std::move(router), std::move(hooks)), sweep_timer_(shared_.io) {}

    core::Result<void> start() {
        if (auto bound = bind_all(); !bound) return bound;
        for (const auto& listener : listeners_)
            listener->start();
        sweep();
        thread_ = std::thread([this] { run(); });
        return {};
    }

    std::uint16_t port() const { return port_; }

    void stop() {
        if (!thread_.joinable()) return;
        on_socket_thread([this] { begin_drain(); });
        const auto give_up = Clock::now() + shared_.options.drain_timeout;
        while (open_connections() > 0 && Clock::now() < give_up)
            std::this_thread::sleep_for(drain_poll);
        on_socket_thread([this] { close_all(); });
        // A handler that still runs ends here; its coroutine must come back before the workers may go.
        while (open_connections() > 0)
            std::this_thread::sleep_for(drain_poll);
        shared_.workers.join();
        shared_.quick_workers.join();
        shared_.heavy_workers.join();
        on_socket_thread([this] {
            stopped_ = true;
            sweep_timer_.cancel();
        });
        work_.reset();
        thread_.join();
        if (shared_.options.socket) std::filesystem::remove(*shared_.options.socket, ignored_);
    }

  private:
    core::Result<void> bind_all() {
        const auto& options = shared_.options;
        if (options.host) {
            auto bound = listen_on_tcp(shared_, *options.host, options.port);
            if (!bound) return core::fail(bound.error());
            listeners_ = std::move(bound->listeners);
            port_ = bound->port;
        }
        if (options.socket) {
            auto bound = listen_on_unix(shared_, *options.socket, options.socket_mode);
            if (!bound) return core::fail(bound.error());
            listeners_.push_back(std::move(*bound));
        }
        return {};
    }

    void run() {
        for (;;) {
            try {
                shared_.io.run();
                return;
            } catch (const std::exception& error) {
                spdlog::error("http socket thread: {}", error.what());
            }
        }
    }

    void sweep() {
        const auto now = Clock::now();
        for (auto* connection : shared_.connections)
            connection->sweep(now);
        sweep_timer_.expires_after(sweep_interval);
        sweep_timer_.async_wait([this](const ErrorCode& error) {
            if (!error && !stopped_) sweep();
        });
    }

    void begin_drain() {
        shared_.draining = true;
        for (const auto& listener : listeners_)
            listener->stop();
        for (auto* connection : shared_.connections)
            connection->drain();
    }

    void close_all() {
        for (auto* connection : shared_.connections)
            connection->close();
    }

    std::size_t open_connections() {
        std::size_t count = 0;
        on_socket_thread([&] { count = shared_.connections.size(); });
        return count;
    }

    template <typename Task>
    void on_socket_thread(Task task) {
        std::promise<void> done;
        asio::post(shared_.io, [&] {
            task();
            done.set_value();
        });
        done.get_future().wait();
    }

    Shared shared_;
    asio::steady_timer sweep_timer_;
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(shared_.io);
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::error_code ignored_;
    bool stopped_ = false;
};

Server::Server(ServerOptions options, Router router, ServerHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(hooks))) {}

Server::~Server() {
    stop();
}

core::Result<void> Server::start() {
    return impl_->start();
}

std::uint16_t Server::port() const {
    return impl_->port();
}

void Server::stop() {
    impl_->stop();
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace silaware::http
