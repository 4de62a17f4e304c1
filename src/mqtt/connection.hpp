#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mqtt/batch.hpp"
#include "mqtt/packet.hpp"
#include "mqtt/packet_reader.hpp"
#include "mqtt/stream.hpp"
#include "mqtt/subscriber.hpp"
#include "mqtt/subscriptions.hpp"

namespace silaware::mqtt {

enum class Ending {
    stopped,
    unreachable,
    refused,
    wrong_version,
    silent,
    lost,
    misbehaved,  ///< the broker does what MQTT does not allow
    taken_over,
    not_stored
};

/// How a connection ended, in a word for the program and a sentence for the log.
struct Farewell {
    Ending ending = Ending::lost;
    std::string reason = {};
};

/// Whom a connection that serves tells how it goes.
struct ConnectionWatch {
    std::function<void(const std::vector<Grant>&)> answered;  ///< after each answer to a subscription
    std::function<void()> working;                            ///< several times a second
};

struct Attempt {
    Version version = Version::v5;
    std::chrono::milliseconds handshake_timeout;
};

/// One connection from CONNECT to its end.
///
/// PUBACKs and PUBRECs are written in one place, for a batch that has just been stored, all of them at once;
/// so none can leave before, and a batch costs one write.
class Connection {
  public:
    Connection(const SubscriberOptions& options, const SubscriberHandlers& handlers, Attempt attempt,
               const std::vector<std::string>& filters, std::stop_token stop);

    /// Connects; nothing if the broker accepts that.
    std::optional<Farewell> open();
    /// Before serve(); nothing if that went well.
    std::optional<Farewell> subscribe();
    /// Receives until the end. Everything received has been offered to `store` when it returns.
    Farewell serve(const ConnectionWatch& watch);
    /// Ends it by our own will.
    Farewell leave();
    bool had_session() const { return connack_ && connack_->session_present; }
    bool is_subscribed() const { return subscriptions_.any_granted(); }

  private:
    std::optional<Farewell> dial();
    std::optional<Farewell> await_connack();
    Farewell refusal() const;

    void collect();
    void keep_subscribed();
    void take_what_is_there();
    std::optional<Packet> next_packet();
    void take(const Packet& packet);
    void take_connack(const Packet& packet);
    void take_publish(const Packet& packet);
    void take_pubrel(const Packet& packet);
    void take_pingresp();
    void take_suback(const Packet& packet);
    void take_disconnect(const Packet& packet);
    void tell_of_answer(const ConnectionWatch& watch);
    bool store_batch();
    void acknowledge();
    void keep_alive();
    void send(std::string_view bytes);
    Farewell part();
    void end(Ending ending, std::string reason);

    const SubscriberOptions& options_;
    const SubscriberHandlers& handlers_;
    Subscriptions subscriptions_;
    bool answered_ = false;  ///< the watch does not know yet
    Version version_;
    std::chrono::milliseconds handshake_timeout_;
    std::stop_token stop_;
    std::chrono::seconds keepalive_;
    std::optional<Stream> stream_;
    PacketReader reader_;
    Batch batch_;
    std::string acknowledgements_;                  ///< of stored messages alone
    std::unordered_set<std::uint16_t> unreleased_;  ///< ids of messages with QoS 2 before their PUBREL
    std::optional<Connack> connack_;
    std::optional<Farewell> end_;
    core::Instant read_at_ = {};
    std::chrono::steady_clock::time_point heard_;
    std::chrono::steady_clock::time_point said_;
    std::optional<std::chrono::steady_clock::time_point> asked_;  ///< a PINGREQ without an answer so far
    bool ping_is_last_ = false;  ///< no message has come since the last PINGREQ
    int pings_ = 0;              ///< without a PINGRESP
};

}  // namespace silaware::mqtt
