#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "mqtt/packet.hpp"

namespace silaware::mqtt {

/// Cuts what arrives from the broker into packets, without copying them.
class PacketReader {
  public:
    /// Of longer bodies than `kept` bytes, the rest is dropped as it arrives.
    explicit PacketReader(std::size_t kept);

    /// Where the next bytes go; never empty. Packets returned before are gone.
    std::span<char> room();
    /// So many bytes have been put into room().
    void filled(std::size_t count) { end_ += count; }

    /// The next packet; nothing if it is not all there yet, or for ever if the bytes are no MQTT.
    std::optional<Packet> next();
    bool malformed() const { return malformed_; }

  private:
    std::size_t available() const { return end_ - begin_; }
    void drop_unwanted();
    void make_room(std::size_t wanted);

    std::size_t kept_;
    std::vector<char> bytes_;
    std::size_t begin_ = 0;  ///< of what has not been returned yet
    std::size_t end_ = 0;
    std::size_t unwanted_ = 0;    ///< bytes at begin_ that are the rest of a body too long
    std::size_t incomplete_ = 0;  ///< bytes that the packet at begin_ will have
    bool malformed_ = false;
};

}  // namespace silaware::mqtt
