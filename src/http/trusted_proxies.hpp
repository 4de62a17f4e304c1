#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace silaware::http {

/// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
class TrustedProxies {
  public:
    /// A comma-separated list of addresses, networks (`10.0.0.0/8`, `fd00::/8`) and the words `loopback`,
    /// `unix`. Error `invalid` names the entry that is none of them.
    static core::Result<TrustedProxies> parse(std::string_view list);
    static TrustedProxies loopback_and_unix();

    /// `peer` is an IP address, or "unix" for the peer of a Unix socket.
    bool trusts(std::string_view peer) const;
    /// The client's address: walks `forwarded_for` (comma-separated) from the right past trusted proxies;
    /// `peer` itself if that is not trusted or nothing usable was forwarded.
    std::string client(std::string_view peer, std::string_view forwarded_for) const;

  private:
    struct Network {
        std::array<std::uint8_t, 16> address;  // IPv4 as v4-mapped
        unsigned prefix;
    };
    void add(std::string_view network, unsigned prefix);
    std::vector<Network> networks_;
    bool unix_ = false;
};

}  // namespace silaware::http
