// What a broker sends: the packets found do not depend on where the bytes are torn, and nothing that is read
// from them lies outside of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/packet.hpp"
#include "mqtt/packet_reader.hpp"

using namespace silaware;

namespace {

constexpr std::size_t kept = 300;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read(const mqtt::Packet& packet) {
    require(packet.body.size() == std::min(packet.length, kept));
    for (const auto version : {mqtt::Version::v311, mqtt::Version::v5}) {
        (void)mqtt::read_connack(packet, version);
        (void)mqtt::read_suback(packet, version);
        if (const auto publish = mqtt::read_publish(packet, version)) {
            require(lies_in(publish->topic, packet.body) && lies_in(publish->payload, packet.body));
            require(!publish->topic.empty());
        }
    }
    (void)mqtt::read_pubrel(packet);
    (void)mqtt::read_disconnect(packet);
}

std::vector<std::string> packets_of(std::string_view bytes, std::size_t piece) {
    mqtt::PacketReader reader(kept);
    std::vector<std::string> found;
    while (!bytes.empty()) {
        const auto room = reader.room();
        require(!room.empty());
        const std::size_t count = std::min({room.size(), bytes.size(), piece});
        std::copy_n(bytes.data(), count, room.data());
        reader.filled(count);
        bytes.remove_prefix(count);
        while (const auto packet = reader.next()) {
            read(*packet);
            found.push_back(static_cast<char>(packet->header) + std::to_string(packet->length) +
                            std::string(packet->body));
        }
    }
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    require(packets_of(bytes, bytes.size()) == packets_of(bytes, 1 + data[0] % 64));
    return 0;
}
