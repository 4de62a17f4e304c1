#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/batch.hpp"
#include "mqtt/library.hpp"
#include "mqtt/subscriber.hpp"

namespace silaware::mqtt {

enum class Ending { stopped, unreachable, refused, wrong_version, silent, lost, taken_over, not_stored };

/// How a connection ended, in a word for the program and a sentence for the log.
struct Farewell {
    Ending ending = Ending::lost;
    std::string reason = {};
};

/// One connection from CONNECT to its end, on a client of its own, so that no acknowledgement of a former one
/// can be left over.
///
/// libmosquitto queues the PUBACK of a message before it calls us. Nothing leaves its queue but in
/// mosquitto_loop_write(), and that is called here only while no message waits to be stored.
class Connection {
  public:
    Connection(const SubscriberOptions& options, const SubscriberHandlers& handlers, int protocol,
               const std::vector<std::string>& filters, std::stop_token stop);

    /// Connects and subscribes; nothing if that went well.
    std::optional<Farewell> open();
    /// Receives until the end. Everything received has been offered to `store` when it returns.
    Farewell serve();
    bool had_session() const { return (connack_flags_ & 1) != 0; }

  private:
    static Connection& self(void* owner) { return *static_cast<Connection*>(owner); }
    void listen();
    void hear(const mosquitto_message& message);
    void note_log(int level, std::string_view text);
    void note_granted(std::span<const int> granted);

    std::optional<Farewell> dial();
    int connect_to(const std::string& host);
    std::optional<Farewell> await_connack();
    int subscribe();
    Farewell refusal() const;
    Farewell farewell(int result) const;

    bool broker_is_gone() const;
    bool wait(short events, std::chrono::milliseconds timeout) const;
    int read_what_is_there();
    int collect();
    bool store_batch();
    int write_out();
    void leave();

    const SubscriberOptions& options_;
    const SubscriberHandlers& handlers_;
    const std::vector<std::string>& filters_;
    int protocol_;
    std::stop_token stop_;
    Batch batch_;
    std::optional<int> connack_;
    int connack_flags_ = 0;
    std::optional<int> goodbye_;  ///< reason code of the broker's DISCONNECT (MQTT 5)
    std::string refused_filter_;
    std::string library_error_;
    std::string publish_line_;  ///< how the library's log line of a PUBLISH begins, up to the DUP flag
    bool reads_log_ = true;
    bool is_redelivery_ = false;
    int since_redelivery_ = 0;
    std::uint64_t progress_ = 0;  ///< grows with every packet that calls us
    Handle client_;
};

}  // namespace silaware::mqtt
