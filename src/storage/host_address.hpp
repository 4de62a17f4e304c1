#pragma once

#include <string>
#include <string_view>

namespace silaware::storage {

/// Where a server listens.
struct HostAddress {
    std::string host;
    unsigned port;
};

/// An entry of DB_HOST: `host`, `host:port`, `[IPv6]:port` or a bare IPv6 address; without a port
/// `default_port`. The port is 0 where what follows the host is none.
HostAddress split_host(std::string_view entry, unsigned default_port);

/// True for an entry that names a host and, if any, a port that can be one.
bool is_host_address(std::string_view entry);

}  // namespace silaware::storage
