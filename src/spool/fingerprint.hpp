#pragma once

#include <cstdint>
#include <string_view>

namespace silaware::spool {

/// 128 bits that stand for the bytes of a message.
struct Fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const Fingerprint&) const = default;
};

/// Of topic and payload together. Kept in the spool file, so the function must never change. Not a
/// cryptographic hash: it only has to tell the messages of one packet id apart.
Fingerprint fingerprint(std::string_view topic, std::string_view payload);

}  // namespace silaware::spool
