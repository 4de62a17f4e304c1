#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "mqtt/endpoint.hpp"

namespace silaware::mqtt {

struct PublisherOptions {
    Endpoint broker;
    int in_flight = 1000;  ///< unacknowledged messages before publish() waits
    /// Called from another thread with the number of each message the broker has acknowledged; optional.
    std::function<void(std::int64_t number)> acknowledged = {};
    std::function<void(LogLevel, std::string_view)> log = {};
};

/// Publishes with QoS 1, many messages in flight; reconnects and repeats what was not acknowledged by itself.
class Publisher {
  public:
    /// Starts connecting in the background.
    explicit Publisher(PublisherOptions options);
    /// Ends without waiting; see drain().
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// The number of the message, counted from 1. Waits while there is no broker or `in_flight` messages are
    /// unacknowledged, at most `patience` or until `stop`; then error `unavailable`, with the reason. A
    /// refused topic or payload is `invalid`.
    core::Result<std::int64_t> publish(std::string_view topic, std::string_view payload,
                                       std::chrono::milliseconds patience = std::chrono::seconds(30),
                                       const std::stop_token& stop = {});

    /// Waits until everything is acknowledged (true) or `timeout` has passed (false).
    bool drain(std::chrono::milliseconds timeout);

    bool connected() const;
    /// Why there is no connection; empty before the first attempt has ended.
    std::string trouble() const;
    std::int64_t sent() const;
    std::int64_t acknowledged() const;

  private:
    class Session;
    std::unique_ptr<Session> session_;
};

}  // namespace silaware::mqtt
