#include "mqtt/packet.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::mqtt {

namespace {

constexpr std::size_t longest_text = 65'535;
constexpr char connect_header = '\x10';
constexpr char subscribe_header = '\x82';
constexpr char unsubscribe_header = '\xA2';

constexpr std::uint8_t retain_flag = 0x01;
constexpr std::uint8_t dup_flag = 0x08;

constexpr char clean_session = '\x02';
constexpr char with_username = '\x80';
constexpr char with_password = '\x40';

enum Property : std::uint8_t {
    session_expiry_interval = 0x11,
    server_keep_alive = 0x13,
    receive_maximum_property = 0x21
};

void append_16(std::string& out, std::size_t value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

void append_text(std::string& out, std::string_view text) {
    if (text.size() > longest_text)
        throw std::length_error(fmt::format("MQTT takes texts of up to {} bytes only", longest_text));
    append_16(out, text.size());
    out += text;
}

std::string packet_of(char header, std::string_view body) {
    std::string packet(1, header);
    std::size_t rest = body.size();
    do {
        const auto low = static_cast<char>(rest % 128);
        rest /= 128;
        packet += static_cast<char>(rest > 0 ? low | '\x80' : low);
    } while (rest > 0);
    packet += body;
    return packet;
}

/// Takes values from the front of a body, which may be cut: what lies behind the cut is empty or 0.
/// `malformed()` once something reached beyond the length of the whole.
class Fields {
  public:
    explicit Fields(const Packet& packet) : bytes_(packet.body), length_(packet.length) {}

    std::uint8_t byte() {
        const std::string_view taken = take(1);
        return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
    }
    std::uint16_t number() {
        const auto high = byte();
        return static_cast<std::uint16_t>(high << 8 | byte());
    }
    std::string_view text() { return take(number()); }
    std::uint32_t variable_number() {
        std::uint32_t value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            const std::uint8_t next = byte();
            value |= static_cast<std::uint32_t>(next & 0x7F) << shift;
            if ((next & 0x80) == 0) return value;
        }
        malformed_ = true;
        return 0;
    }
    std::string_view properties(Version version) {
        return version == Version::v5 ? take(variable_number()) : std::string_view{};
    }
    std::string_view rest() { return take(length_ - at_); }
    bool at_end() const { return at_ == length_; }
    bool malformed() const { return malformed_; }

  private:
    std::string_view take(std::size_t count) {
        if (malformed_ || count > length_ - at_) {
            malformed_ = true;
            return {};
        }
        const std::string_view taken = bytes_.substr(std::min(at_, bytes_.size()), count);
        at_ += count;
        return taken;
    }

    std::string_view bytes_;
    std::size_t length_;
    std::size_t at_ = 0;
    bool malformed_ = false;
};

/// How many bytes the value of a property of CONNACK has in front of any text; nothing for an unknown one.
std::optional<std::size_t> fixed_size(std::uint8_t property) {
    switch (property) {
        case 0x24:  // Maximum QoS
        case 0x25:  // Retain Available
        case 0x28:  // Wildcard Subscription Available
        case 0x29:  // Subscription Identifier Available
        case 0x2A:  // Shared Subscription Available
            return 1;
        case server_keep_alive:
        case receive_maximum_property:
        case 0x22:  // Topic Alias Maximum
            return 2;
        case session_expiry_interval:
        case 0x27:  // Maximum Packet Size
            return 4;
        default:
            return std::nullopt;
    }
}

/// Texts in CONNACK's properties: how many of them a property is made of.
int texts(std::uint8_t property) {
    switch (property) {
        case 0x12:  // Assigned Client Identifier
        case 0x15:  // Authentication Method
        case 0x16:  // Authentication Data
        case 0x1A:  // Response Information
        case 0x1C:  // Server Reference
        case 0x1F:  // Reason String
            return 1;
        case 0x26:  // User Property
            return 2;
        default:
            return 0;
    }
}

/// The Server Keep Alive among the properties of CONNACK; false if they are malformed.
bool read_keepalive(std::string_view properties, std::optional<std::chrono::seconds>& keepalive) {
    Fields fields({.length = properties.size(), .body = properties});
    while (!fields.at_end() && !fields.malformed()) {
        const std::uint8_t property = fields.byte();
        if (property == server_keep_alive) {
            keepalive = std::chrono::seconds(fields.number());
        } else if (const auto size = fixed_size(property)) {
            for (std::size_t i = 0; i < *size; ++i)
                fields.byte();
        } else if (const int count = texts(property)) {
            for (int i = 0; i < count; ++i)
                fields.text();
        } else {
            return false;
        }
    }
    return !fields.malformed();
}

bool is_topic(std::string_view text) {
    return !text.empty() && text.find('\0') == std::string_view::npos && core::is_utf8(text);
}

}  // namespace

std::string connect_packet(const Endpoint& endpoint, Version version, const ConnectTerms& terms) {
    const bool kept = terms.session == Session::kept;
    std::string body;
    append_text(body, "MQTT");
    body += static_cast<char>(version);
    body += static_cast<char>((kept ? 0 : clean_session) |
                              (endpoint.username.empty() ? 0 : with_username | with_password));
    append_16(body, static_cast<std::size_t>(terms.keepalive.count()));
    if (version == Version::v5) {
        std::string properties;
        properties += static_cast<char>(session_expiry_interval);
        properties.append(4, kept ? '\xFF' : '\0');  // never, or at once
        properties += static_cast<char>(receive_maximum_property);
        append_16(properties, terms.receive_maximum);
        body += static_cast<char>(properties.size());
        body += properties;
    }
    append_text(body, endpoint.client_id);
    if (!endpoint.username.empty()) {
        append_text(body, endpoint.username);
        append_text(body, endpoint.password);
    }
    return packet_of(connect_header, body);
}

std::string subscribe_packet(Version version, std::uint16_t packet_id, std::span<const std::string> filters) {
    constexpr char qos_1 = 0x01;
    constexpr char retained_at_first_subscribing = 0x10;
    std::string body;
    append_16(body, packet_id);
    if (version == Version::v5) body += '\0';
    for (const std::string& filter : filters) {
        append_text(body, filter);
        body += static_cast<char>(version == Version::v5 ? qos_1 | retained_at_first_subscribing : qos_1);
    }
    return packet_of(subscribe_header, body);
}

std::string unsubscribe_packet(Version version, std::uint16_t packet_id,
                               std::span<const std::string> filters) {
    std::string body;
    append_16(body, packet_id);
    if (version == Version::v5) body += '\0';
    for (const std::string& filter : filters)
        append_text(body, filter);
    return packet_of(unsubscribe_header, body);
}

void append_acknowledgement(std::string& packets, PacketType type, std::uint16_t packet_id) {
    const char packet[] = {static_cast<char>(static_cast<int>(type) << 4), 2,
                           static_cast<char>(packet_id >> 8), static_cast<char>(packet_id)};
    packets.append(packet, sizeof packet);
}

std::optional<Connack> read_connack(const Packet& packet, Version version) {
    Fields fields(packet);
    Connack connack;
    connack.session_present = (fields.byte() & 1) != 0;
    connack.code = fields.byte();
    // A broker that does not know MQTT 5 answers in the form it knows.
    if (version == Version::v5 && !fields.at_end() &&
        !read_keepalive(fields.properties(version), connack.keepalive))
        return std::nullopt;
    if (fields.malformed()) return std::nullopt;
    return connack;
}

std::optional<Publish> read_publish(const Packet& packet, Version version) {
    const int qos = packet.header >> 1 & 3;
    if (qos > 2) return std::nullopt;
    Fields fields(packet);
    Publish publish{.qos = qos};
    publish.topic = fields.text();
    if (qos > 0) publish.packet_id = fields.number();
    fields.properties(version);
    if (fields.malformed() || !is_topic(publish.topic) || (qos > 0 && publish.packet_id == 0))
        return std::nullopt;
    publish.payload = fields.rest();
    publish.retained = (packet.header & retain_flag) != 0;
    publish.redelivered = (packet.header & dup_flag) != 0;
    return publish;
}

std::optional<std::uint16_t> read_pubrel(const Packet& packet) {
    Fields fields(packet);
    const std::uint16_t packet_id = fields.number();
    if (fields.malformed() || packet_id == 0) return std::nullopt;
    return packet_id;
}

std::optional<std::vector<int>> read_suback(const Packet& packet, Version version) {
    Fields fields(packet);
    fields.number();
    fields.properties(version);
    const std::string_view codes = fields.rest();
    if (fields.malformed()) return std::nullopt;
    std::vector<int> granted;
    for (const char code : codes)
        granted.push_back(static_cast<std::uint8_t>(code));
    return granted;
}

int read_disconnect(const Packet& packet) {
    return packet.body.empty() ? 0 : static_cast<std::uint8_t>(packet.body[0]);
}

}  // namespace silaware::mqtt
