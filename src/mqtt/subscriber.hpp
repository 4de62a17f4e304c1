#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "mqtt/endpoint.hpp"

namespace silaware::mqtt {

/// A message in a batch; the views are valid during the call of `store`.
struct Message {
    std::string_view topic;
    std::string_view payload;
    core::Instant received_at;
    int qos = 0;
    std::uint16_t packet_id = 0;  ///< 0 for QoS 0
    bool retained = false;
    bool redelivered = false;  ///< the DUP flag
};

/// A batch is stored when one of these is reached, or the broker has been quiet for `linger`.
struct BatchLimits {
    std::size_t messages = 5000;
    std::size_t bytes = 4 * 1024 * 1024;
    std::chrono::milliseconds time{50};
    std::chrono::milliseconds linger{3};
};

/// What the broker says to a subscription.
struct Grant {
    std::string filter;
    int code = 0;  ///< the QoS granted, or from 0x80 on why it is refused

    bool refused() const { return code >= 0x80; }
    /// Messages come, but those of the time without a connection are lost.
    bool without_promise() const { return code == 0; }
    bool operator==(const Grant&) const = default;
};

/// What is not in order with a grant, in plain words; empty if nothing is.
std::string trouble_with(const Grant& grant);
std::string troubles_with(const std::vector<Grant>& grants);

struct SubscriberOptions {
    Endpoint broker;
    std::vector<std::string> topics;
    Session session = Session::kept;
    std::string shared_group = {};  ///< subscribes $share/<group>/<topic>
    std::vector<std::string> former_filters =
        {};                                 ///< subscribed before under this client id, not wanted any more
    std::uint16_t receive_maximum = 65535;  ///< MQTT 5: unacknowledged messages the broker may send
    std::size_t payload_limit = 64 * 1024 + 1;  ///< bytes; what is longer arrives cut to this
    BatchLimits batch = {};
    std::chrono::milliseconds first_backoff{200};
    std::chrono::milliseconds longest_backoff{10'000};
    std::chrono::milliseconds longest_group_backoff{1'000};  ///< to a shared group's broker that is away
    std::chrono::milliseconds takeover_backoff{30'000};      ///< after another client has taken over our id
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds handshake_timeout{5'000};  ///< for TLS; doubles with each failure
    std::chrono::milliseconds longest_handshake{40'000};
    std::chrono::milliseconds answer_timeout{10'000};  ///< for CONNACK and SUBACK
    std::chrono::milliseconds ask_again{60'000};       ///< for what the broker refuses, on the connection
};

/// What is subscribed, with `$share/<group>/` where that applies.
std::vector<std::string> subscribed_filters(const SubscriberOptions& options);
/// Without it again.
std::string_view topic_filter(std::string_view subscribed);

struct SubscriberHandlers {
    /// After each CONNACK, before the first message; false closes the connection and tries again later.
    std::function<bool(bool session_present)> connected;
    /// Makes a batch durable. True: it is, the broker gets its PUBACKs. False: none of it is acknowledged,
    /// the connection is closed and the broker keeps the messages until has_room() and a reconnect.
    std::function<bool(std::span<const Message>)> store;
    /// The broker has read the PUBACKs of all messages that came so far; optional.
    std::function<void()> settled = {};
    /// Asked before each connect; optional.
    std::function<bool()> has_room = {};
    /// Lines for the log, in plain words; optional.
    std::function<void(LogLevel, std::string_view)> log = {};
};

struct SubscriberState {
    bool connected = false;                   ///< and at least one subscription granted
    std::int64_t connections = 0;             ///< since the start of this object
    int protocol = 5;                         ///< 5, or 4 for MQTT 3.1.1
    std::optional<core::Instant> since = {};  ///< of `connected`
    std::string last_error = {};              ///< why the last connection failed or ended; empty if none did
    std::vector<Grant> grants = {};           ///< the latest answers of the broker; empty before the first

    /// Connected, and every topic is granted.
    bool well() const { return connected && std::ranges::none_of(grants, &Grant::refused); }
    /// What is not in order, in plain words; empty if nothing is. QoS 0 is well, but not in order.
    std::string trouble() const;
};

/// Receives with QoS 1 in a persistent session; a PUBACK leaves only after `store` has returned true for its
/// message. So does the PUBREC of a message with QoS 2: a session may hold some of a client that was here
/// before.
///
/// MQTT 5, or 3.1.1 where the broker refuses that; reconnects by itself with growing, jittered pauses.
class Subscriber {
  public:
    Subscriber(SubscriberOptions options, SubscriberHandlers handlers);
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// Works in the calling thread until `stop`; then the batch in hand is stored and acknowledged and the
    /// broker told goodbye. Handlers are called in this thread. Returns within a few seconds of `stop`.
    void run(std::stop_token stop);

    /// From any thread.
    SubscriberState state() const;
    /// What it subscribes, with `$share/<group>/` where that applies.
    std::vector<std::string> filters() const;
    /// Names the broker session for the recognition of redeliveries: host, port and client id.
    std::string session() const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace silaware::mqtt
