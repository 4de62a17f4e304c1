#pragma once

#include <poll.h>

#include <optional>

#include "unit/mqtt/process.hpp"

/// A broker played by the test, byte by byte, for one client at a time.
class FakeBroker {
  public:
    explicit FakeBroker(int version = 5) : version_(version) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 8) != 0) {
            throw std::runtime_error("no port for the fake broker");
        }
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~FakeBroker() {
        hang_up();
        close(listener_);
    }
    FakeBroker(const FakeBroker&) = delete;
    FakeBroker& operator=(const FakeBroker&) = delete;

    std::uint16_t port() const { return port_; }

    /// Waits for a client that sends CONNECT; connections that are only tried are passed over. Returns the
    /// packet.
    std::string accept_connect(std::chrono::milliseconds limit = std::chrono::seconds(15)) {
        hang_up();
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end) {
            pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
            if (poll(&waiting, 1, 50) <= 0) continue;
            client_ = accept(listener_, nullptr, nullptr);
            const std::string packet = read_packet(std::chrono::seconds(5));
            if (!packet.empty()) return packet;
            hang_up();
        }
        return {};
    }

    /// CONNECT, CONNACK, SUBSCRIBE, SUBACK.
    void welcome(bool session_present = false) {
        if (accept_connect().empty()) throw std::runtime_error("nobody connects");
        send_connack(session_present, 0);
        answer_subscribe("\x01");
    }

    /// A code for each filter: the QoS granted, or a reason from 0x80 on. Returns the SUBSCRIBE.
    std::string answer_subscribe(const std::string& codes) {
        std::string subscribe = read_packet(std::chrono::seconds(5));
        if (subscribe.empty() || subscribe[0] != '\x82') throw std::runtime_error("no SUBSCRIBE");
        std::string body = packet_id_of(subscribe);
        if (version_ == 5) body += '\0';
        body += codes;
        send('\x90' + std::string(1, static_cast<char>(body.size())) + body);
        return subscribe;
    }

    void send_connack(bool session_present, int code) {
        std::string packet = version_ == 5 ? std::string("\x20\x03") : std::string("\x20\x02");
        packet += static_cast<char>(session_present ? 1 : 0);
        packet += static_cast<char>(code);
        if (version_ == 5) packet += '\0';
        send(packet);
    }

    void publish(int packet_id, const std::string& payload, bool dup = false, int qos = 1) {
        std::string body{'\0', '\x01', 't', static_cast<char>(packet_id >> 8), static_cast<char>(packet_id)};
        if (version_ == 5) body += '\0';
        body += payload;
        std::string packet(1, static_cast<char>(0x30 | (dup ? 8 : 0) | qos << 1));
        for (std::size_t rest = body.size();;) {
            const auto low = static_cast<char>(rest % 128);
            rest /= 128;
            packet += static_cast<char>(rest > 0 ? low | '\x80' : low);
            if (rest == 0) break;
        }
        send(packet + body);
    }

    /// With a Server Keep Alive (MQTT 5).
    void send_connack_with_keepalive(char seconds) {
        send(std::string("\x20\x06\0\0\x03\x13\0", 7) + seconds);
    }

    /// MQTT 5.
    void send_disconnect(int reason) { send(std::string("\xE0\x01") + static_cast<char>(reason)); }

    /// Any bytes.
    void send(const std::string& bytes) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t count = ::send(client_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return;
            sent += static_cast<std::size_t>(count);
        }
    }

    /// The next packet of the client; empty if none comes in time or the connection is closed.
    std::string read_packet(std::chrono::milliseconds limit) {
        std::string packet = read_bytes(2, limit);
        if (packet.size() < 2) return {};
        std::size_t length = packet[1] & 0x7F;
        for (int shift = 7; (packet.back() & 0x80) != 0; shift += 7) {
            packet += read_bytes(1, limit);
            length |= static_cast<std::size_t>(packet.back() & 0x7F) << shift;
        }
        return packet + read_bytes(length, limit);
    }

    /// The packet id, if the next packet is a PUBACK.
    std::optional<int> read_puback(std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        const std::string packet = read_packet(limit);
        if (packet.size() < 4 || packet[0] != '\x40') return std::nullopt;
        return static_cast<unsigned char>(packet[2]) << 8 | static_cast<unsigned char>(packet[3]);
    }

    /// True if not a single byte arrives within `time`.
    bool is_quiet_for(std::chrono::milliseconds time) {
        pollfd waiting{.fd = client_, .events = POLLIN, .revents = 0};
        return poll(&waiting, 1, static_cast<int>(time.count())) == 0;
    }

    /// True if the client closes the connection without sending anything more.
    bool is_closed_without_a_word(std::chrono::milliseconds limit) {
        return read_bytes(1, limit).empty() && eof_;
    }

    void hang_up() {
        if (client_ >= 0) close(client_);
        client_ = -1;
        eof_ = false;
    }

  private:
    static std::string packet_id_of(const std::string& subscribe) { return subscribe.substr(2, 2); }

    std::string read_bytes(std::size_t count, std::chrono::milliseconds limit) {
        std::string bytes;
        const auto end = std::chrono::steady_clock::now() + limit;
        while (bytes.size() < count && std::chrono::steady_clock::now() < end) {
            pollfd waiting{.fd = client_, .events = POLLIN, .revents = 0};
            if (poll(&waiting, 1, 20) <= 0) continue;
            char buffer[4096];
            const ssize_t got = recv(client_, buffer, std::min(sizeof buffer, count - bytes.size()), 0);
            eof_ = got <= 0;
            if (eof_) break;
            bytes.append(buffer, static_cast<std::size_t>(got));
        }
        return bytes;
    }

    int version_;
    int listener_ = -1;
    int client_ = -1;
    bool eof_ = false;
    std::uint16_t port_ = 0;
};
