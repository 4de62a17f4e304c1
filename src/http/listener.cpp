#include "http/listener.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace silaware::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using UnixProtocol = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds pause_when_full{100};

std::string peer_of(const tcp::socket& socket) {
    ErrorCode error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return "unknown";
    const auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

std::string peer_of(const UnixProtocol::socket&) {
    return "unix";
}

void prepare(tcp::socket& socket) {
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
}

void prepare(UnixProtocol::socket&) {}

template <typename Protocol>
class ListenerOf : public Listener, public std::enable_shared_from_this<ListenerOf<Protocol>> {
  public:
    using Acceptor = typename Protocol::acceptor;

    ListenerOf(Shared& shared, Acceptor acceptor)
        : shared_(shared), acceptor_(std::move(acceptor)), pause_(shared.io) {}

    void start() override {
        if (!acceptor_.is_open()) return;
        if (shared_.connections.size() >= shared_.options.max_connections) return start_later();
        acceptor_.async_accept([self = this->shared_from_this()](const ErrorCode& error, auto socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) return self->complain(error);
            self->complained_ = false;
            self->take(std::move(socket));
            self->start();
        });
    }

    void stop() override {
        ErrorCode ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

  private:
    void take(typename Protocol::socket socket) {
        prepare(socket);
        auto peer = peer_of(socket);
        std::make_shared<Connection>(shared_, Connection::Socket(std::move(socket)), std::move(peer))
            ->start();
    }

    // Out of descriptors, mostly: accepting on at once would spin, so wait until some connection has ended.
    void complain(const ErrorCode& error) {
        if (!complained_) spdlog::warn("can't accept connections for now: {}", error.message());
        complained_ = true;
        start_later();
    }

    void start_later() {
        pause_.expires_after(pause_when_full);
        pause_.async_wait([self = this->shared_from_this()](const ErrorCode& error) {
            if (!error) self->start();
        });
    }

    Shared& shared_;
    Acceptor acceptor_;
    asio::steady_timer pause_;
    bool complained_ = false;
};

template <typename Protocol>
typename Protocol::acceptor bind_to(Shared& shared, const typename Protocol::endpoint& endpoint,
                                    ErrorCode& error) {
    typename Protocol::acceptor acceptor(shared.io);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return acceptor;
}

const ErrorCode unavailable_address(EADDRNOTAVAIL, boost::system::system_category());

tl::unexpected<core::Error> cannot_listen(const std::string& address, const ErrorCode& error) {
    return core::fail(core::ErrorCode::unavailable,
                      fmt::format("can't listen on {}: {}", address, error.message()));
}

// A socket file that nobody answers on belongs to a process that is gone.
void remove_stale_socket(Shared& shared, const UnixProtocol::endpoint& endpoint) {
    struct stat about{};
    if (::lstat(endpoint.path().c_str(), &about) != 0 || !S_ISSOCK(about.st_mode)) return;
    UnixProtocol::socket probe(shared.io);
    ErrorCode error;
    probe.connect(endpoint, error);
    if (error == asio::error::connection_refused) std::filesystem::remove(endpoint.path());
}

}  // namespace

core::Result<TcpListeners> listen_on_tcp(Shared& shared, const std::string& host, std::uint16_t port) {
    tcp::resolver resolver(shared.io);
    ErrorCode error;
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    TcpListeners bound{{}, port};
    if (error) return cannot_listen(fmt::format("{}:{}", host, port), error);
    ErrorCode missing;  // "localhost" may have an address of a family that this machine does not use
    for (const auto& entry : found) {
        auto acceptor = bind_to<tcp>(shared, {entry.endpoint().address(), bound.port}, error);
        if (error == asio::error::address_family_not_supported || error == unavailable_address) {
            missing = std::exchange(error, {});
            continue;
        }
        if (error) return cannot_listen(fmt::format("{}:{}", host, bound.port), error);
        bound.port = acceptor.local_endpoint().port();
        bound.listeners.push_back(std::make_shared<ListenerOf<tcp>>(shared, std::move(acceptor)));
    }
    if (bound.listeners.empty()) return cannot_listen(fmt::format("{}:{}", host, bound.port), missing);
    return bound;
}

core::Result<std::shared_ptr<Listener>> listen_on_unix(Shared& shared, const std::filesystem::path& path,
                                                       unsigned mode) {
    constexpr std::size_t longest_path = 107;  // sockaddr_un
    ErrorCode error;
    if (path.native().size() > longest_path) return cannot_listen(path, asio::error::name_too_long);
    const UnixProtocol::endpoint endpoint(path.native());
    remove_stale_socket(shared, endpoint);
    auto acceptor = bind_to<UnixProtocol>(shared, endpoint, error);
    if (error) return cannot_listen(path, error);
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    return std::make_shared<ListenerOf<UnixProtocol>>(shared, std::move(acceptor));
}

}  // namespace silaware::http
