#include "auth/rate_limit.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/password.hpp"
#include "core/text.hpp"

namespace silaware::auth {

namespace {

std::string bounded(const std::string& text) {
    constexpr std::size_t longest = 64;
    return text.size() <= longest ? text : sha256_hex(text);
}

}  // namespace

std::optional<core::Seconds> retry_after(std::span<const core::Instant> failures, const RateLimit& limit,
                                         core::Instant now) {
    if (failures.size() < limit.failures || limit.failures == 0) return std::nullopt;
    const core::Instant oldest = failures[limit.failures - 1];
    const auto left = oldest + limit.window - now;
    if (left <= core::Milliseconds::zero()) return std::nullopt;
    return std::max(core::Seconds(1), std::chrono::ceil<core::Seconds>(left));
}

std::string name_subject(std::string_view username) {
    return "name:" + bounded(core::lower_ascii(core::trim(username)));
}

std::optional<std::string> address_subject(std::string_view address) {
    if (address.empty() || address == "unix") return std::nullopt;
    const std::string text(address.substr(0, address.find('%')));  // a link-local peer's zone: our interface
    in_addr v4{};
    std::array<unsigned char, sizeof(in6_addr)> v6{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return "address:" + text;
    if (inet_pton(AF_INET6, text.c_str(), v6.data()) != 1) return "address:" + bounded(text);
    std::string subject = "address:";
    for (std::size_t i = 0; i < 8; ++i)
        subject += fmt::format("{:02x}", v6[i]);
    return subject + "/64";
}

}  // namespace silaware::auth
