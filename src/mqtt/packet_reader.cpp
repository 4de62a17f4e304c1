#include "mqtt/packet_reader.hpp"

#include <algorithm>
#include <cstring>

namespace silaware::mqtt {

namespace {

constexpr std::size_t usual_size = 128 * 1024;
constexpr std::size_t longest_header = 5;

}  // namespace

PacketReader::PacketReader(std::size_t kept) : kept_(kept), bytes_(usual_size) {}

std::span<char> PacketReader::room() {
    const std::size_t wanted = std::max(incomplete_, usual_size);
    if (begin_ > 0 || bytes_.size() != wanted) make_room(wanted);
    return std::span(bytes_).subspan(end_);
}

/// Moves what is left to the front, of a block that has grown for a long packet or is back to its usual size.
void PacketReader::make_room(std::size_t wanted) {
    const std::size_t left = available();
    std::memmove(bytes_.data(), bytes_.data() + begin_, left);
    begin_ = 0;
    end_ = left;
    if (bytes_.size() == wanted) return;
    bytes_.resize(std::max(wanted, left + longest_header));
    bytes_.shrink_to_fit();
}

void PacketReader::drop_unwanted() {
    const std::size_t count = std::min(unwanted_, available());
    begin_ += count;
    unwanted_ -= count;
}

std::optional<Packet> PacketReader::next() {
    drop_unwanted();
    incomplete_ = 0;
    std::size_t length = 0;
    std::size_t header = 1;
    for (std::uint8_t digit = 0x80; (digit & 0x80) != 0; ++header) {
        if (header == longest_header) malformed_ = true;
        if (malformed_ || header >= available()) return std::nullopt;
        digit = static_cast<std::uint8_t>(bytes_[begin_ + header]);
        length |= static_cast<std::size_t>(digit & 0x7F) << 7 * (header - 1);
    }
    const std::size_t kept = std::min(length, kept_);
    if (available() < header + kept) {
        incomplete_ = header + kept;
        return std::nullopt;
    }
    const char* at = bytes_.data() + begin_;
    begin_ += header + kept;
    unwanted_ = length - kept;
    return Packet{static_cast<std::uint8_t>(*at), length, {at + header, kept}};
}

}  // namespace silaware::mqtt
