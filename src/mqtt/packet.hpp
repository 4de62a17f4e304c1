#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/endpoint.hpp"

/// The packets of MQTT that a subscriber writes and reads: bytes in, bytes out, no I/O.
/// Source: MQTT 3.1.1 and 5.0 (OASIS), chapters 2 and 3.
namespace silaware::mqtt {

/// The number that stands in CONNECT.
enum class Version : std::uint8_t { v311 = 4, v5 = 5 };

enum class PacketType : std::uint8_t {
    connack = 2,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubrel = 6,
    pubcomp = 7,
    suback = 9,
    unsuback = 11,
    pingresp = 13,
    disconnect = 14
};

/// A packet as it came. `body` is all that follows the fixed header, or the beginning of it where a reader
/// keeps no more.
struct Packet {
    std::uint8_t header = 0;
    std::size_t length = 0;  ///< of the whole body, bytes
    std::string_view body = {};

    PacketType type() const { return static_cast<PacketType>(header >> 4); }
};

struct Connack {
    bool session_present = false;
    int code = 0;  ///< 0: welcome; else a reason of its protocol version
    std::optional<std::chrono::seconds> keepalive = {};  ///< that the broker wants instead of ours
};

struct Publish {
    std::string_view topic = {};
    std::string_view payload = {};
    int qos = 0;
    std::uint16_t packet_id = 0;  ///< 0 for QoS 0
    bool retained = false;
    bool redelivered = false;  ///< the DUP flag
};

struct ConnectTerms {
    Session session = Session::kept;
    std::chrono::seconds keepalive{30};
    std::uint16_t receive_maximum = 65535;  ///< MQTT 5: messages that the broker may have unacknowledged
};

/// CONNECT. Throws std::length_error where a text of `endpoint` is longer than MQTT allows.
std::string connect_packet(const Endpoint& endpoint, Version version, const ConnectTerms& terms);
/// SUBSCRIBE with QoS 1. Retained messages are wanted once, not at every reconnect; only MQTT 5 can say so.
std::string subscribe_packet(Version version, std::uint16_t packet_id, std::span<const std::string> filters);
std::string unsubscribe_packet(Version version, std::uint16_t packet_id,
                               std::span<const std::string> filters);
/// PUBACK, PUBREC or PUBCOMP.
void append_acknowledgement(std::string& packets, PacketType type, std::uint16_t packet_id);

inline constexpr std::string_view pingreq_packet{"\xC0\0", 2};
inline constexpr std::string_view disconnect_packet{"\xE0\0", 2};

/// Each of these gives nothing for a packet that is not as MQTT has it. The views of a Publish point into
/// `packet.body`; its payload is cut where that is.
std::optional<Connack> read_connack(const Packet& packet, Version version);
std::optional<Publish> read_publish(const Packet& packet, Version version);
/// The packet id of a PUBREL.
std::optional<std::uint16_t> read_pubrel(const Packet& packet);
/// A code for each filter, in the order of SUBSCRIBE: the QoS granted, or a reason from 0x80 on.
std::optional<std::vector<int>> read_suback(const Packet& packet, Version version);
/// Why the broker ends the connection (MQTT 5).
int read_disconnect(const Packet& packet);

}  // namespace silaware::mqtt
