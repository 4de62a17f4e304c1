#include "storage/host_address.hpp"

#include "core/text.hpp"

namespace silaware::storage {

namespace {

/// Of ":port"; 0 if it is none.
unsigned port_of(std::string_view text) {
    constexpr long long highest = 65535;
    if (!text.starts_with(':')) return 0;
    const auto port = core::parse_integer(text.substr(1));
    return port && *port > 0 && *port <= highest ? static_cast<unsigned>(*port) : 0;
}

}  // namespace

HostAddress split_host(std::string_view entry, unsigned default_port) {
    const bool bracketed = entry.starts_with('[');
    const auto end_of_host = bracketed ? entry.find(']') : entry.find(':');
    const bool bare_ipv6 = !bracketed && end_of_host != entry.rfind(':');
    if (end_of_host == std::string_view::npos || bare_ipv6) return {std::string(entry), default_port};
    const std::size_t skipped = bracketed ? 1 : 0;
    const std::string host(entry.substr(skipped, end_of_host - skipped));
    const auto rest = entry.substr(end_of_host + skipped);
    return {host, rest.empty() ? default_port : port_of(rest)};
}

bool is_host_address(std::string_view entry) {
    const HostAddress address = split_host(entry, 1);
    return address.port != 0 && !address.host.empty() &&
           address.host.find_first_of(" \t\r\n/[]") == std::string::npos;
}

}  // namespace silaware::storage
