#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace silaware::auth {

/// How many failures are allowed in which time.
struct RateLimit {
    std::size_t failures = 10;
    core::Seconds window{15 * 60};
};

/// Nothing while another attempt is allowed, else the time until one is. `failures` are the newest
/// `limit.failures` ones, newest first.
std::optional<core::Seconds> retry_after(std::span<const core::Instant> failures, const RateLimit& limit,
                                         core::Instant now);

/// What failures of a user name are counted under: without case, bounded in length.
std::string name_subject(std::string_view username);
/// What failures of a client address are counted under; of an IPv6 address its /64, which is one customer,
/// without the zone. One that can't be read counts as it stands. Nothing for a peer that has no address
/// ("unix": a Unix socket without a proxy's word).
std::optional<std::string> address_subject(std::string_view address);

}  // namespace silaware::auth
