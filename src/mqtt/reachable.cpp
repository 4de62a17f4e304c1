#include "mqtt/reachable.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
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

constexpr milliseconds slice{50};

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
    while (answer.wait_for(slice) != std::future_status::ready) {
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

/// 0 if the address accepts, else an errno.
int try_connect(const Address& address, milliseconds timeout, const std::stop_token& stop) {
    const int descriptor = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    int error = 0;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.bytes), address.length) != 0)
        error = errno;
    const auto end = steady_clock::now() + timeout;
    while (error == EINPROGRESS) {
        pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(slice.count()));
        if (ready > 0) {
            socklen_t size = sizeof error;
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        } else if (stop.stop_requested() || steady_clock::now() > end) {
            error = ETIMEDOUT;
        }
    }
    ::close(descriptor);
    return error;
}

std::string numeric(const Address& address) {
    char host[NI_MAXHOST] = {};
    getnameinfo(reinterpret_cast<const sockaddr*>(&address.bytes), address.length, host, sizeof host, nullptr,
                0, NI_NUMERICHOST);
    return host;
}

}  // namespace

Result<std::string> reachable_address(const std::string& host, std::uint16_t port, milliseconds timeout,
                                      const std::stop_token& stop) {
    const auto addresses = resolve(host, port, timeout, stop);
    if (!addresses) return fail(addresses.error());
    int error = EHOSTUNREACH;
    for (const Address& address : *addresses) {
        error = try_connect(address, timeout, stop);
        if (error == 0) return numeric(address);
        if (stop.stop_requested()) break;
    }
    return fail(ErrorCode::unavailable,
                fmt::format("no broker at {}:{}: {}", host, port, std::strerror(error)));
}

}  // namespace silaware::mqtt
