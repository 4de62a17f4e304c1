#include "app/tcp_probe.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

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

bool is_taken(const std::string& address, unsigned port) {
    const std::string host = address == "0.0.0.0" || address == "::" ? "127.0.0.1" : address;
    return can_connect(host, std::to_string(port), std::chrono::seconds(1));
}

}  // namespace silaware::app
