#include "app/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>

#include "core/text.hpp"

namespace silaware::app {

namespace {

/// Best effort: a lost notice is repeated (the watchdog's), or noticed by systemd's own time-outs.
void notify(std::string_view text) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
    close(descriptor);
}

/// Half of what systemd allows; nothing if it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_interval() {
    const char* interval = std::getenv("WATCHDOG_USEC");
    const char* process = std::getenv("WATCHDOG_PID");
    if (interval == nullptr) return std::nullopt;
    if (process != nullptr && core::parse_integer(process) != getpid()) return std::nullopt;
    const auto microseconds = core::parse_integer(interval).value_or(0);
    if (microseconds <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds / 2);
}

void feed_watchdog(std::stop_token stop, std::chrono::microseconds interval) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        notify("WATCHDOG=1");
        never.wait_for(lock, stop, interval, [] { return false; });
    }
}

}  // namespace

ServiceNotice::ServiceNotice() {
    if (const auto interval = watchdog_interval()) {
        watchdog_ = std::jthread([interval](std::stop_token stop) { feed_watchdog(stop, *interval); });
    }
}

ServiceNotice::~ServiceNotice() {
    notify("STOPPING=1");
}

void ServiceNotice::ready() const {
    notify("READY=1");
}

void ServiceNotice::status(std::string_view text) const {
    notify("STATUS=" + std::string(text));
}

}  // namespace silaware::app
