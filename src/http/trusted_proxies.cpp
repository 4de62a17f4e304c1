#include "http/trusted_proxies.hpp"

#include <algorithm>
#include <optional>

#include <arpa/inet.h>

#include "core/text.hpp"

namespace silaware::http {
namespace {

using Address = std::array<std::uint8_t, 16>;

std::optional<Address> parse_address(std::string_view text) {
    Address address{};
    const std::string zero_terminated(text);
    if (inet_pton(AF_INET6, zero_terminated.c_str(), address.data()) == 1) return address;
    address = {};
    address[10] = address[11] = 0xff;
    if (inet_pton(AF_INET, zero_terminated.c_str(), address.data() + 12) == 1) return address;
    return std::nullopt;
}

/// As the kernel would have said it: a proxy that listens on IPv6 alone writes IPv4 as ::ffff:203.0.113.7.
std::string canonical(const Address& address) {
    const std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const bool is_v4 = std::equal(mapped.begin(), mapped.end(), address.begin());
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data() + (is_v4 ? mapped.size() : 0), text.data(),
              text.size());
    return text.data();
}

bool shares_prefix(const Address& left, const Address& right, unsigned bits) {
    const auto whole = bits / 8;
    if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return (left[whole] & mask) == (right[whole] & mask);
}

// Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`.
std::string_view without_port(std::string_view text) {
    if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
    const auto colon = text.find(':');
    return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
               ? text.substr(0, colon)
               : text;
}

}  // namespace

core::Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
    TrustedProxies proxies;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto entry = core::trim(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
        if (entry.empty()) continue;
        if (entry == "unix") {
            proxies.unix_ = true;
        } else if (entry == "loopback") {
            proxies.add("127.0.0.0", 8);
            proxies.add("::1", 128);
        } else {
            const auto slash = entry.find('/');
            const auto base = entry.substr(0, slash);
            const long long width = base.find(':') == std::string_view::npos ? 32 : 128;
            const auto prefix =
                slash == std::string_view::npos ? width : core::parse_integer(entry.substr(slash + 1));
            if (!parse_address(base) || !prefix || *prefix < 0 || *prefix > width)
                return core::fail(
                    core::ErrorCode::invalid,
                    "'" + std::string(entry) + "' is not an address, a network, 'loopback' or 'unix'");
            proxies.add(base, static_cast<unsigned>(*prefix));
        }
    }
    return proxies;
}

TrustedProxies TrustedProxies::loopback_and_unix() {
    return *parse("loopback,unix");
}

void TrustedProxies::add(std::string_view network, unsigned prefix) {
    const bool is_v4 = network.find(':') == std::string_view::npos;
    networks_.push_back({*parse_address(network), is_v4 ? prefix + 96 : prefix});
}

bool TrustedProxies::trusts(std::string_view peer) const {
    if (peer == "unix") return unix_;
    const auto address = parse_address(peer);
    return address && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
               return shares_prefix(network.address, *address, network.prefix);
           });
}

std::string TrustedProxies::client(std::string_view peer, std::string_view forwarded_for) const {
    std::string client(peer);
    while (!forwarded_for.empty() && trusts(client)) {
        const auto comma = forwarded_for.find_last_of(',');
        const auto begin = comma == std::string_view::npos ? 0 : comma + 1;
        const auto hop = without_port(core::trim(forwarded_for.substr(begin)));
        forwarded_for = forwarded_for.substr(0, begin == 0 ? 0 : comma);
        const auto address = parse_address(hop);
        if (!address) break;
        client = canonical(*address);
    }
    return client;
}

}  // namespace silaware::http
