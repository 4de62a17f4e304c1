#pragma once

#include <string>
#include <string_view>

namespace silaware::storage {

struct HostAddress {
    std::string host;
    unsigned port;
};

/// An entry of DB_HOST: `host`, `host:port`, `[IPv6]:port` or a bare IPv6 address; without a port
/// `default_port`.
HostAddress split_host(std::string_view entry, unsigned default_port);

}  // namespace silaware::storage
