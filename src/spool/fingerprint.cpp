#include "spool/fingerprint.hpp"

#include <cstring>

namespace silaware::spool {

namespace {

__extension__ using Wide = unsigned __int128;

// Odd constants with balanced bits: the fractional parts of sqrt(2), sqrt(3), sqrt(5), sqrt(7).
constexpr std::uint64_t seeds[4] = {0x6A09E667F3BCC909, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B,
                                    0xA54FF53A5F1D36F1};

/// Both halves of the product folded together: every bit of the result depends on every bit of the input.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word(const char* bytes, std::size_t count) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, count);
    return value;
}

void absorb(Fingerprint& state, std::string_view bytes) {
    const auto mix = [&](std::uint64_t a, std::uint64_t b) {
        state.high = fold(state.high ^ a ^ seeds[0], b ^ seeds[1]);
        state.low = fold(state.low ^ b ^ seeds[2], a ^ state.high ^ seeds[3]);
    };
    const std::size_t length = bytes.size();
    for (; bytes.size() >= 16; bytes.remove_prefix(16))
        mix(word(bytes.data(), 8), word(bytes.data() + 8, 8));
    const std::size_t first = bytes.size() < 8 ? bytes.size() : 8;
    mix(word(bytes.data(), first), word(bytes.data() + first, bytes.size() - first));
    mix(length, ~length);
}

}  // namespace

Fingerprint fingerprint(std::string_view topic, std::string_view payload) {
    Fingerprint state{seeds[3], seeds[1]};
    absorb(state, topic);
    absorb(state, payload);
    return state;
}

}  // namespace silaware::spool
