#include "app/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "core/clock.hpp"
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
std::optional<core::Milliseconds> watchdog_interval() {
    const char* interval = std::getenv("WATCHDOG_USEC");
    const char* process = std::getenv("WATCHDOG_PID");
    if (interval == nullptr) return std::nullopt;
    if (process != nullptr && core::parse_integer(process) != getpid()) return std::nullopt;
    const core::Milliseconds half{core::parse_integer(interval).value_or(0) / 2000};  // of microseconds
    return half.count() > 0 ? std::optional(half) : std::nullopt;
}

void feed_watchdog(const std::stop_token& stop, core::Milliseconds interval) {
    do {
        notify("WATCHDOG=1");
    } while (core::pause(stop, interval));
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
