#include "mqtt/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <mqtt_protocol.h>

#include "core/clock.hpp"
#include "mqtt/reachable.hpp"

namespace silaware::mqtt {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds idle_wait{100};
constexpr milliseconds handshake_wait{20};
constexpr milliseconds stop_patience{2000};
constexpr milliseconds last_words_patience{1000};
constexpr std::uint32_t largest_packet = 16 * 1024 * 1024;
// Redeliveries come first on a connection. After so many others the DUP flag is not looked for any more: the
// library formats a line of text for it, for every message.
constexpr int enough_without_dup = 5000;

struct FreeProperties {
    void operator()(mosquitto_property* list) const { mosquitto_property_free_all(&list); }
};
using Properties = std::unique_ptr<mosquitto_property, FreeProperties>;

Properties connect_properties() {
    mosquitto_property* list = nullptr;
    mosquitto_property_add_int32(&list, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 0xFFFFFFFF);  // never
    mosquitto_property_add_int32(&list, MQTT_PROP_MAXIMUM_PACKET_SIZE, largest_packet);
    return Properties(list);
}

/// Closing a socket with unread bytes in it resets the connection, and a broker that is behind would not read
/// the last acknowledgements any more. So reads and forgets until the broker closes, with a handle of its
/// own: the library closes its one as soon as it has said goodbye.
class LastWords {
  public:
    explicit LastWords(int socket) : socket_(::dup(socket)) {}
    ~LastWords() {
        if (socket_ >= 0) ::close(socket_);
    }
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;

    void await_end(milliseconds patience) const {
        ::shutdown(socket_, SHUT_WR);
        const auto end = steady_clock::now() + patience;
        std::array<char, 65536> ignored;
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        while (steady_clock::now() < end) {
            if (::poll(&waiting, 1, static_cast<int>(idle_wait.count())) == 0) continue;
            if (::recv(socket_, ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) return;
        }
    }

  private:
    int socket_;
};

/// Gathers the many small acknowledgements of a batch in few TCP segments.
void cork(int socket, int on) {
    if (socket >= 0) setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

}  // namespace

Connection::Connection(const SubscriberOptions& options, const SubscriberHandlers& handlers, int protocol,
                       const std::vector<std::string>& filters, std::stop_token stop)
    : options_(options),
      handlers_(handlers),
      filters_(filters),
      protocol_(protocol),
      stop_(std::move(stop)),
      batch_(options.batch),
      publish_line_(fmt::format("Client {} received PUBLISH (d", options.broker.client_id)) {}

void Connection::listen() {
    mosquitto* client = client_.get();
    mosquitto_connect_v5_callback_set(
        client, [](mosquitto*, void* owner, int code, int flags, const mosquitto_property*) {
            self(owner).connack_ = code;
            self(owner).connack_flags_ = flags;
            ++self(owner).progress_;
        });
    mosquitto_disconnect_v5_callback_set(client,
                                         [](mosquitto*, void* owner, int code, const mosquitto_property*) {
                                             if (code >= 0x80) self(owner).goodbye_ = code;
                                         });
    mosquitto_message_v5_callback_set(client, [](mosquitto*, void* owner, const mosquitto_message* message,
                                                 const mosquitto_property*) { self(owner).hear(*message); });
    mosquitto_subscribe_callback_set(client, [](mosquitto*, void* owner, int, int count, const int* granted) {
        self(owner).note_granted({granted, static_cast<std::size_t>(count)});
    });
    mosquitto_unsubscribe_callback_set(client, [](mosquitto*, void* owner, int) { ++self(owner).progress_; });
    mosquitto_log_callback_set(client, [](mosquitto*, void* owner, int level, const char* text) {
        self(owner).note_log(level, text);
    });
}

void Connection::hear(const mosquitto_message& message) {
    ++progress_;
    const auto length = std::min(static_cast<std::size_t>(message.payloadlen), options_.payload_limit);
    batch_.add({.topic = message.topic,
                .payload = {static_cast<const char*>(message.payload), length},
                .received_at = core::clock_now(),
                .packet_id = static_cast<std::uint16_t>(message.mid),
                .retained = message.retain,
                .redelivered = is_redelivery_});
    since_redelivery_ = is_redelivery_ ? 0 : since_redelivery_ + 1;
    is_redelivery_ = false;
}

/// The library shows the DUP flag nowhere but in its debug log, just before it hands the message over.
void Connection::note_log(int level, std::string_view text) {
    if (text.starts_with(publish_line_)) {
        is_redelivery_ = text.substr(publish_line_.size()).starts_with('1');
    } else if (level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING) {
        library_error_ = text;
    }
}

void Connection::note_granted(std::span<const int> granted) {
    ++progress_;
    for (std::size_t i = 0; i < granted.size() && i < filters_.size(); ++i) {
        if (granted[i] >= 0x80) refused_filter_ = filters_[i];
    }
}

std::optional<Farewell> Connection::open() {
    if (auto failed = dial()) return failed;
    if (auto failed = await_connack()) return failed;
    if (!handlers_.connected(had_session())) return Farewell{Ending::not_stored, "the spool is not ready"};
    if (const int result = subscribe()) return farewell(result);
    return std::nullopt;
}

std::optional<Farewell> Connection::dial() {
    const Endpoint& broker = options_.broker;
    const auto address = reachable_address(broker.host, broker.port, options_.connect_timeout, stop_);
    if (!address) return Farewell{Ending::unreachable, address.error().message};
    auto client = make_client(broker, Session::persistent, protocol_, this);
    if (!client) return Farewell{Ending::refused, client.error().message};
    client_ = std::move(*client);
    listen();
    // TLS checks the certificate against the name; without it the address that just worked is the sure one.
    if (const int result = connect_to(broker.tls_ca.empty() ? *address : broker.host)) {
        return Farewell{Ending::unreachable, farewell(result).reason};
    }
    return std::nullopt;
}

int Connection::connect_to(const std::string& host) {
    const Endpoint& broker = options_.broker;
    const int keepalive = std::max<int>(broker.keepalive_seconds, 5);
    if (protocol_ != MQTT_PROTOCOL_V5)
        return mosquitto_connect(client_.get(), host.c_str(), broker.port, keepalive);
    mosquitto_int_option(client_.get(), MOSQ_OPT_RECEIVE_MAXIMUM, options_.receive_maximum);
    const Properties properties = connect_properties();
    return mosquitto_connect_bind_v5(client_.get(), host.c_str(), broker.port, keepalive, nullptr,
                                     properties.get());
}

std::optional<Farewell> Connection::await_connack() {
    const auto end = steady_clock::now() + 2 * options_.connect_timeout;
    int result = MOSQ_ERR_SUCCESS;
    while (!connack_ && result == MOSQ_ERR_SUCCESS) {
        if (stop_.stop_requested()) return Farewell{Ending::stopped, {}};
        if (steady_clock::now() > end) return Farewell{Ending::silent, "the broker does not answer"};
        result = mosquitto_loop_read(client_.get(), 1);
        if (connack_ || result != MOSQ_ERR_SUCCESS) break;
        result = mosquitto_loop_write(client_.get(), 1);
        wait(POLLIN, handshake_wait);
    }
    if (!connack_) return Farewell{Ending::silent, farewell(result).reason};
    if (*connack_ != 0) return refusal();
    return std::nullopt;
}

Farewell Connection::refusal() const {
    const bool version = protocol_ == MQTT_PROTOCOL_V5 ? *connack_ == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION
                                                       : *connack_ == CONNACK_REFUSED_PROTOCOL_VERSION;
    const char* words = protocol_ == MQTT_PROTOCOL_V5 ? mosquitto_reason_string(*connack_)
                                                      : mosquitto_connack_string(*connack_);
    return {version ? Ending::wrong_version : Ending::refused,
            fmt::format("the broker refuses the connection: {}", words)};
}

int Connection::subscribe() {
    for (const std::string& filter : options_.former_filters) {
        mosquitto_unsubscribe(client_.get(), nullptr, filter.c_str());
    }
    std::vector<char*> filters;
    for (const std::string& filter : filters_)
        filters.push_back(const_cast<char*>(filter.c_str()));
    // Retained messages are wanted once, not at every reconnect; only MQTT 5 can say so.
    const int how = protocol_ == MQTT_PROTOCOL_V5 ? MQTT_SUB_OPT_SEND_RETAIN_NEW : 0;
    const int result = mosquitto_subscribe_multiple(client_.get(), nullptr, static_cast<int>(filters.size()),
                                                    filters.data(), 1, how, nullptr);
    if (result != MOSQ_ERR_SUCCESS || !batch_.empty()) return result;
    return write_out();
}

Farewell Connection::farewell(int result) const {
    if (goodbye_ == MQTT_RC_SESSION_TAKEN_OVER) {
        return {Ending::taken_over, "another client took over our client id"};
    }
    if (goodbye_)
        return {Ending::lost, fmt::format("the broker said goodbye: {}", mosquitto_reason_string(*goodbye_))};
    if (result == MOSQ_ERR_TLS && !library_error_.empty()) return {Ending::lost, library_error_};
    if (result == MOSQ_ERR_CONN_LOST) return {Ending::lost, "the broker closed the connection"};
    return {Ending::lost, explain(result)};
}

Farewell Connection::serve() {
    while (!stop_.stop_requested()) {
        int result = collect();
        // Also behind a lost connection: a broker that died may not have kept what it sent.
        if (!store_batch())
            return {Ending::not_stored, "messages could not be stored; the broker keeps them"};
        if (result == MOSQ_ERR_SUCCESS && !broker_is_gone()) {
            result = mosquitto_loop_misc(client_.get());
            if (result == MOSQ_ERR_SUCCESS) result = write_out();
        }
        if (result != MOSQ_ERR_SUCCESS || goodbye_) return farewell(result);
        if (!refused_filter_.empty()) {
            return {Ending::refused,
                    fmt::format("the broker refuses the subscription to {}", refused_filter_)};
        }
        if (reads_log_ && since_redelivery_ > enough_without_dup) {
            mosquitto_log_callback_set(client_.get(), nullptr);
            reads_log_ = false;
        }
    }
    leave();
    return {Ending::stopped, {}};
}

/// Then writing would only fail and close the socket, with messages in it that a broker that died has no
/// more.
bool Connection::broker_is_gone() const {
    pollfd end{.fd = mosquitto_socket(client_.get()), .events = POLLRDHUP, .revents = 0};
    return ::poll(&end, 1, 0) > 0 && end.revents != 0;
}

bool Connection::wait(short events, milliseconds timeout) const {
    pollfd waiting{.fd = mosquitto_socket(client_.get()), .events = events, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

/// Asks the library, not the socket: with TLS, messages can wait inside the SSL object where poll() sees
/// nothing. One call may only have dealt with a packet that does not call us, so it takes two without
/// progress.
int Connection::read_what_is_there() {
    for (int fruitless = 0; fruitless < 2 && !batch_.is_full();) {
        const std::uint64_t before = progress_;
        const int result = mosquitto_loop_read(client_.get(), 1);
        if (result != MOSQ_ERR_SUCCESS) return result;
        if (goodbye_) return MOSQ_ERR_CONN_LOST;
        fruitless = progress_ == before ? fruitless + 1 : 0;
    }
    return MOSQ_ERR_SUCCESS;
}

/// Reads until the batch is full, or the broker is quiet for `linger`.
int Connection::collect() {
    int result = read_what_is_there();
    if (result == MOSQ_ERR_SUCCESS && batch_.empty() && wait(POLLIN, idle_wait))
        result = read_what_is_there();
    while (result == MOSQ_ERR_SUCCESS && !batch_.empty() && !batch_.is_full() &&
           wait(POLLIN, options_.batch.linger)) {
        result = read_what_is_there();
    }
    return result;
}

bool Connection::store_batch() {
    if (batch_.empty()) return true;
    const bool stored = handlers_.store(batch_.messages());
    batch_.clear();
    return stored;
}

/// Empties the library's queue, acknowledgements included; so only while the batch is empty.
int Connection::write_out() {
    if (!mosquitto_want_write(client_.get())) return MOSQ_ERR_SUCCESS;
    const auto begin = steady_clock::now();
    const milliseconds patience = std::chrono::seconds(std::max<int>(options_.broker.keepalive_seconds, 5));
    cork(mosquitto_socket(client_.get()), 1);
    int result = mosquitto_loop_write(client_.get(), 1);
    while (result == MOSQ_ERR_SUCCESS && mosquitto_want_write(client_.get())) {
        const auto limit = stop_.stop_requested() ? stop_patience : patience;
        if (steady_clock::now() - begin > limit) return MOSQ_ERR_KEEPALIVE;
        wait(POLLOUT, idle_wait);
        result = mosquitto_loop_write(client_.get(), 1);
    }
    cork(mosquitto_socket(client_.get()), 0);
    return result;
}

void Connection::leave() {
    const LastWords last_words(mosquitto_socket(client_.get()));
    if (mosquitto_disconnect(client_.get()) != MOSQ_ERR_SUCCESS) return;
    write_out();
    last_words.await_end(last_words_patience);
}

}  // namespace silaware::mqtt
