#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "http/connection.hpp"

namespace silaware::http {

/// Takes new connections on one address until stopped; pauses while descriptors run out or the server is
/// full.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void start() = 0;
    virtual void stop() = 0;
};

struct TcpListeners {
    std::vector<std::shared_ptr<Listener>> listeners;
    std::uint16_t port = 0;
};
/// Binds every address `host` stands for. Error `unavailable` names it.
core::Result<TcpListeners> listen_on_tcp(Shared& shared, const std::string& host, std::uint16_t port);
/// Binds a Unix socket; a file left behind by a dead process is replaced, a living one is an error.
core::Result<std::shared_ptr<Listener>> listen_on_unix(Shared& shared, const std::filesystem::path& path,
                                                       unsigned mode);

}  // namespace silaware::http
