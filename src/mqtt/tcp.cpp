#include "mqtt/tcp.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace silaware::mqtt {

using core::ErrorCode;
using core::fail;
using core::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds stop_check{50};
constexpr int dead_after_seconds = 60;
constexpr int probe_every_seconds = 15;

struct Address {
    sockaddr_storage bytes = {};
    socklen_t length = 0;
    int family = 0;
};

struct Lookup {
    int code = EAI_FAIL;
    std::vector<Address> addresses = {};
};

Lookup look_up(const std::string& host, std::uint16_t port, int flags) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    Lookup lookup;
    lookup.code = getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &hints, &found);
    if (lookup.code != 0) return lookup;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        Address address{.length = entry->ai_addrlen, .family = entry->ai_family};
        std::memcpy(&address.bytes, entry->ai_addr, entry->ai_addrlen);
        lookup.addresses.push_back(address);
    }
    freeaddrinfo(found);
    return lookup;
}

/// A name server that does not answer blocks getaddrinfo() for long; so it works in a thread that is left
/// behind.
Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port, milliseconds timeout,
                                     const std::stop_token& stop) {
    const Lookup numeric = look_up(host, port, AI_NUMERICHOST);
    if (numeric.code == 0) return numeric.addresses;
    auto promise = std::make_shared<std::promise<Lookup>>();
    auto answer = promise->get_future();
    std::thread([promise, host, port] { promise->set_value(look_up(host, port, AI_ADDRCONFIG)); }).detach();
    const auto end = steady_clock::now() + timeout;
    while (answer.wait_for(stop_check) != std::future_status::ready) {
        if (stop.stop_requested()) return fail(ErrorCode::unavailable, "stopped");
        if (steady_clock::now() > end) {
            return fail(ErrorCode::unavailable,
                        fmt::format("the name server does not answer for \"{}\"", host));
        }
    }
    Lookup lookup = answer.get();
    if (lookup.code != 0) {
        return fail(ErrorCode::unavailable, fmt::format("the host name \"{}\" can't be resolved: {}", host,
                                                        gai_strerror(lookup.code)));
    }
    return std::move(lookup.addresses);
}

/// The second guard beside MQTT's own keep-alive: a peer that vanished without a word ends the connection.
void notice_a_dead_peer(int descriptor) {
    const auto set = [descriptor](int level, int option, int value) {
        setsockopt(descriptor, level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, probe_every_seconds);
    set(IPPROTO_TCP, TCP_KEEPINTVL, probe_every_seconds);
    set(IPPROTO_TCP, TCP_KEEPCNT, dead_after_seconds / probe_every_seconds - 1);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, dead_after_seconds * 1000);
}

/// A connected socket, or an errno.
tl::expected<Socket, int> try_connect(const Address& address, milliseconds timeout,
                                      const std::stop_token& stop) {
    Socket socket(::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.descriptor() < 0) return tl::unexpected(errno);
    int error = 0;
    if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address.bytes), address.length) !=
        0)
        error = errno;
    const auto end = steady_clock::now() + timeout;
    while (error == EINPROGRESS) {
        if (socket.wait(POLLOUT, stop_check)) {
            socklen_t size = sizeof error;
            getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
        } else if (stop.stop_requested() || steady_clock::now() > end) {
            error = ETIMEDOUT;
        }
    }
    if (error != 0) return tl::unexpected(error);
    const int on = 1;
    setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    notice_a_dead_peer(socket.descriptor());
    return socket;
}

}  // namespace

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool Socket::wait(short events, milliseconds timeout) const {
    pollfd waiting{.fd = descriptor_, .events = events, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

Result<Socket> connect_tcp(const std::string& host, std::uint16_t port, milliseconds timeout,
                           const std::stop_token& stop) {
    const auto addresses = resolve(host, port, timeout, stop);
    if (!addresses) return fail(addresses.error());
    int error = EHOSTUNREACH;
    for (const Address& address : *addresses) {
        auto socket = try_connect(address, timeout, stop);
        if (socket) return std::move(*socket);
        error = socket.error();
        if (stop.stop_requested()) break;
    }
    return fail(ErrorCode::unavailable,
                fmt::format("no broker at {}:{}: {}", host, port, std::strerror(error)));
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

std::string peer_address(const Socket& socket) {
    sockaddr_storage bytes = {};
    socklen_t length = sizeof bytes;
    char host[NI_MAXHOST] = {};
    if (::getpeername(socket.descriptor(), reinterpret_cast<sockaddr*>(&bytes), &length) == 0) {
        getnameinfo(reinterpret_cast<const sockaddr*>(&bytes), length, host, sizeof host, nullptr, 0,
                    NI_NUMERICHOST);
    }
    return host;
}

}  // namespace silaware::mqtt
