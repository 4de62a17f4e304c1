#include "storage/host_address.hpp"

#include "core/text.hpp"

namespace silaware::storage {

HostAddress split_host(std::string_view entry, unsigned default_port) {
    const bool bracketed = entry.starts_with('[');
    const auto end_of_host = bracketed ? entry.find(']') : entry.find(':');
    const bool bare_ipv6 = !bracketed && end_of_host != entry.rfind(':');
    if (end_of_host == std::string_view::npos || bare_ipv6) return {std::string(entry), default_port};
    const auto colon = bracketed ? end_of_host + 1 : end_of_host;
    const auto host = entry.substr(bracketed ? 1 : 0, end_of_host - (bracketed ? 1 : 0));
    const auto port = colon < entry.size() ? core::parse_integer(entry.substr(colon + 1)) : std::nullopt;
    return {std::string(host), port ? static_cast<unsigned>(*port) : default_port};
}

}  // namespace silaware::storage
