#include "mqtt/publisher.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "mqtt/backoff.hpp"
#include "mqtt/library.hpp"
#include "mqtt/tcp.hpp"

namespace silaware::mqtt {

using core::ErrorCode;
using core::fail;
using core::Result;
using std::chrono::milliseconds;

namespace {

constexpr int most_in_flight = 30'000;  // well below the 65,535 packet ids
constexpr milliseconds first_backoff{200};
constexpr milliseconds longest_backoff{5'000};
constexpr milliseconds connect_timeout{5'000};
constexpr int loop_wait_ms = 50;

}  // namespace

class Publisher::Session {
  public:
    explicit Session(PublisherOptions options);
    ~Session();

    Result<std::int64_t> publish(std::string_view topic, std::string_view payload, milliseconds patience,
                                 const std::stop_token& stop);
    bool drain(milliseconds timeout);
    bool connected() const { return connected_; }
    std::string trouble() const {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }
    std::int64_t sent() const { return sent_; }
    std::int64_t acknowledged() const { return acknowledged_; }

  private:
    static Session& self(void* owner) { return *static_cast<Session*>(owner); }
    void listen();
    void work(const std::stop_token& stop);
    int connect(const std::stop_token& stop);
    void note_acknowledged(int packet_id);
    void note_connack(int code);
    void note_trouble(const std::string& text);

    PublisherOptions options_;
    int in_flight_;
    Handle client_;
    std::atomic<bool> connected_ = false;
    mutable std::mutex mutex_;
    std::condition_variable_any freed_;
    std::string trouble_;
    std::array<std::int64_t, 65536> numbers_ = {};  ///< by packet id; 0: none
    std::atomic<std::int64_t> sent_ = 0;
    std::atomic<std::int64_t> acknowledged_ = 0;
    std::jthread thread_;
};

Publisher::Session::Session(PublisherOptions options)
    : options_(std::move(options)), in_flight_(std::clamp(options_.in_flight, 1, most_in_flight)) {
    // MQTT 5 would let the broker allow only 20 messages in flight (mosquitto's default Receive Maximum).
    auto client = make_client(options_.broker, this);
    if (!client) throw std::runtime_error(client.error().message);
    client_ = std::move(*client);
    // 0, no limit, would make the library forget to repeat them after a reconnect.
    mosquitto_max_inflight_messages_set(client_.get(), 65535);
    listen();
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Publisher::Session::~Session() {
    thread_.request_stop();
    thread_.join();
}

void Publisher::Session::listen() {
    mosquitto_connect_callback_set(client_.get(),
                                   [](mosquitto*, void* owner, int code) { self(owner).note_connack(code); });
    mosquitto_disconnect_callback_set(client_.get(),
                                      [](mosquitto*, void* owner, int) { self(owner).connected_ = false; });
    mosquitto_publish_callback_set(client_.get(), [](mosquitto*, void* owner, int packet_id) {
        self(owner).note_acknowledged(packet_id);
    });
}

void Publisher::Session::note_connack(int code) {
    {
        const std::lock_guard lock(mutex_);
        connected_ = code == 0;
    }
    freed_.notify_all();
    if (code != 0) note_trouble(fmt::format("the broker refuses the connection: {}", refusal_text(code)));
}

void Publisher::Session::note_trouble(const std::string& text) {
    {
        const std::lock_guard lock(mutex_);
        trouble_ = text;
    }
    if (options_.log) options_.log(LogLevel::warning, text);
}

void Publisher::Session::work(const std::stop_token& stop) {
    Backoff backoff(first_backoff, longest_backoff);
    int result = MOSQ_ERR_NO_CONN;
    while (!stop.stop_requested()) {
        if (result == MOSQ_ERR_SUCCESS) result = mosquitto_loop(client_.get(), loop_wait_ms, 1);
        if (result == MOSQ_ERR_SUCCESS) {
            if (connected_) backoff.reset();
            continue;
        }
        result = connect(stop);
        if (result == MOSQ_ERR_SUCCESS) continue;
        std::unique_lock lock(mutex_);
        freed_.wait_for(lock, stop, backoff.next(), [&] { return stop.stop_requested(); });
    }
    mosquitto_disconnect(client_.get());
    mosquitto_loop_write(client_.get(), 1);
}

int Publisher::Session::connect(const std::stop_token& stop) {
    const Endpoint& broker = options_.broker;
    // Tried first, because the library's own connect can hang for minutes.
    const auto tried = connect_tcp(broker.host, broker.port, connect_timeout, stop);
    if (!tried) {
        note_trouble(tried.error().message);
        return MOSQ_ERR_NO_CONN;
    }
    // TLS checks the certificate against the name; without it the address that just worked is the sure one.
    const std::string host = broker.tls_ca.empty() ? peer_address(*tried) : broker.host;
    const int keepalive = std::max<int>(broker.keepalive_seconds, 5);
    const int result = mosquitto_connect(client_.get(), host.c_str(), broker.port, keepalive);
    if (result != MOSQ_ERR_SUCCESS)
        note_trouble(fmt::format("no broker at {}:{}: {}", broker.host, broker.port, explain(result)));
    return result;
}

Result<std::int64_t> Publisher::Session::publish(std::string_view topic, std::string_view payload,
                                                 milliseconds patience, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // What is published before CONNACK would be sent twice.
    const auto has_room = [&] { return connected_ && sent_ - acknowledged_ < in_flight_; };
    if (!freed_.wait_for(lock, stop, patience, has_room)) {
        if (connected_) return fail(ErrorCode::unavailable, "the broker does not acknowledge");
        return fail(ErrorCode::unavailable, trouble_.empty() ? "the broker does not answer" : trouble_);
    }
    int packet_id = 0;
    const int result = mosquitto_publish(client_.get(), &packet_id, std::string(topic).c_str(),
                                         static_cast<int>(payload.size()), payload.data(), 1, false);
    // If the connection went just now, the library keeps the message and sends it later.
    if (result != MOSQ_ERR_SUCCESS && result != MOSQ_ERR_NO_CONN && result != MOSQ_ERR_CONN_LOST) {
        return fail(ErrorCode::invalid, fmt::format("can't publish to \"{}\": {}", topic, explain(result)));
    }
    numbers_[static_cast<std::uint16_t>(packet_id)] = ++sent_;
    return sent_.load();
}

void Publisher::Session::note_acknowledged(int packet_id) {
    std::int64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = std::exchange(numbers_[static_cast<std::uint16_t>(packet_id)], 0);
    }
    if (number == 0) return;
    if (options_.acknowledged) options_.acknowledged(number);
    {
        const std::lock_guard lock(mutex_);
        ++acknowledged_;
    }
    freed_.notify_all();
}

bool Publisher::Session::drain(milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return freed_.wait_for(lock, timeout, [&] { return acknowledged_ == sent_; });
}

Publisher::Publisher(PublisherOptions options) : session_(std::make_unique<Session>(std::move(options))) {}
Publisher::~Publisher() = default;

Result<std::int64_t> Publisher::publish(std::string_view topic, std::string_view payload,
                                        milliseconds patience, const std::stop_token& stop) {
    return session_->publish(topic, payload, patience, stop);
}
bool Publisher::drain(milliseconds timeout) {
    return session_->drain(timeout);
}
bool Publisher::connected() const {
    return session_->connected();
}
std::string Publisher::trouble() const {
    return session_->trouble();
}
std::int64_t Publisher::sent() const {
    return session_->sent();
}
std::int64_t Publisher::acknowledged() const {
    return session_->acknowledged();
}

}  // namespace silaware::mqtt
