#include "app/tcp_probe.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace silaware::app {

namespace {

bool connects(const addrinfo& address, std::chrono::milliseconds patience) {
    const int descriptor = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return false;
    bool open = connect(descriptor, address.ai_addr, address.ai_addrlen) == 0;
    if (!open && errno == EINPROGRESS) {
        pollfd waiting{descriptor, POLLOUT, 0};
        int error = 0;
        socklen_t size = sizeof error;
        open = poll(&waiting, 1, static_cast<int>(patience.count())) == 1 &&
               getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    }
    close(descriptor);
    return open;
}

/// 0 if it can be bound.
int error_of_binding(const addrinfo& address) {
    const int descriptor = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int error = bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
    close(descriptor);
    return error;
}

}  // namespace

bool can_connect(const std::string& host, const std::string& port, std::chrono::milliseconds patience) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return false;
    bool open = false;
    for (const addrinfo* address = found; address != nullptr && !open; address = address->ai_next) {
        open = connects(*address, patience);
    }
    freeaddrinfo(found);
    return open;
}

std::optional<std::string> obstacle_to_listening(const std::string& address, unsigned port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const int code = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
        code != 0)
        return gai_strerror(code);
    // "localhost" may have an address of a family that this machine does not use: one that works is enough.
    std::string missing = std::strerror(EADDRNOTAVAIL);
    std::optional<std::string> obstacle;
    bool works = false;
    for (const addrinfo* entry = found; entry != nullptr && !obstacle; entry = entry->ai_next) {
        const int error = error_of_binding(*entry);
        works = works || error == 0;
        if (error != 0 && error != EADDRNOTAVAIL && error != EAFNOSUPPORT) obstacle = std::strerror(error);
    }
    freeaddrinfo(found);
    return obstacle || works ? obstacle : missing;
}

}  // namespace silaware::app
