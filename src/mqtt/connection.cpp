#include "mqtt/connection.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <poll.h>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "mqtt/library.hpp"

namespace silaware::mqtt {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds idle_wait{100};
constexpr milliseconds handshake_wait{20};
constexpr milliseconds stop_patience{2000};
constexpr milliseconds last_words_patience{1000};
constexpr std::chrono::seconds shortest_keepalive{5};
// The longest topic and a payload longer than any that is taken fit in; also beside many properties.
constexpr std::size_t kept_of_a_packet = 1024 * 1024;
constexpr std::uint16_t unsubscribe_id = 1;
constexpr std::uint16_t subscribe_id = 2;
constexpr int session_taken_over = 0x8E;
constexpr int unsupported_version_5 = 0x84;
constexpr int unsupported_version_311 = 1;

}  // namespace

Connection::Connection(const SubscriberOptions& options, const SubscriberHandlers& handlers, Attempt attempt,
                       const std::vector<std::string>& filters, std::stop_token stop)
    : options_(options),
      handlers_(handlers),
      subscriptions_(filters, options.ask_again),
      version_(attempt.version),
      handshake_timeout_(attempt.handshake_timeout),
      stop_(std::move(stop)),
      keepalive_(std::max(std::chrono::seconds(options.broker.keepalive_seconds), shortest_keepalive)),
      reader_(std::max(kept_of_a_packet, options.payload_limit)),
      batch_(options.batch) {}

std::optional<Farewell> Connection::open() {
    if (auto failed = dial()) return failed;
    return await_connack();
}

std::optional<Farewell> Connection::dial() {
    const Endpoint& broker = options_.broker;
    // The broker would make one up, and keep a session for it that nobody finds again.
    if (broker.client_id.empty()) return Farewell{Ending::refused, "the MQTT client id is empty"};
    auto stream = Stream::open(broker, {options_.connect_timeout, handshake_timeout_}, stop_);
    if (!stream) {
        const bool settings = stream.error().code == core::ErrorCode::invalid;
        return Farewell{settings ? Ending::refused : Ending::unreachable, stream.error().message};
    }
    stream_ = std::move(*stream);
    heard_ = said_ = steady_clock::now();
    send(connect_packet(broker, version_, {options_.session, keepalive_, options_.receive_maximum}));
    return end_;
}

std::optional<Farewell> Connection::await_connack() {
    const auto patience_ends = steady_clock::now() + std::max(options_.answer_timeout, handshake_timeout_);
    while (!connack_ && !end_) {
        if (stop_.stop_requested()) return Farewell{Ending::stopped, {}};
        if (steady_clock::now() > patience_ends) end(Ending::silent, "the broker does not answer");
        if (const auto packet = next_packet()) {
            take_connack(*packet);
        } else if (!end_) {
            stream_->wait(POLLIN, handshake_wait);
        }
    }
    if (!connack_) return Farewell{Ending::silent, end_->reason};
    if (connack_->code != 0) return refusal();
    return std::nullopt;
}

void Connection::take_connack(const Packet& packet) {
    if (packet.type() == PacketType::connack) connack_ = read_connack(packet, version_);
    if (!connack_) return end(Ending::silent, "the broker does not answer as MQTT brokers do");
    // One that would wait longer than we do is no reason to notice a dead link later.
    if (connack_->keepalive && connack_->keepalive->count() > 0)
        keepalive_ = std::min(keepalive_, *connack_->keepalive);
}

Farewell Connection::refusal() const {
    // A broker answers with the number of the version that it knows, not of the one that was asked for.
    const bool wrong = connack_->code == unsupported_version_5 || connack_->code == unsupported_version_311;
    return {wrong ? Ending::wrong_version : Ending::refused,
            fmt::format("the broker refuses the connection: {}", refusal_text(connack_->code))};
}

std::optional<Farewell> Connection::subscribe() {
    if (!handlers_.connected(had_session())) return Farewell{Ending::not_stored, "the spool is not ready"};
    if (!options_.former_filters.empty())
        send(unsubscribe_packet(version_, unsubscribe_id, options_.former_filters));
    keep_subscribed();
    return end_;
}

Farewell Connection::serve(const ConnectionWatch& watch) {
    while (!stop_.stop_requested()) {
        collect();
        // An answer can't be missed while there is still something to read.
        if (!end_ && !batch_.is_full()) keep_subscribed();
        tell_of_answer(watch);
        watch.working();
        // Also behind a lost connection: a broker that died may not have kept what it sent.
        if (!store_batch())
            return {Ending::not_stored, "messages could not be stored; the broker keeps them"};
        if (end_) return part();
        // Writing to a broker that is gone would fail, with messages still to be read that it has no more.
        if (stream_->peer_is_gone()) continue;
        acknowledge();
        keep_alive();
        if (end_) return *end_;
    }
    return leave();
}

void Connection::keep_subscribed() {
    const auto now = steady_clock::now();
    const auto since = subscriptions_.unanswered_since();
    if (since && now - *since > options_.answer_timeout)
        return end(Ending::misbehaved, "the broker does not answer the subscription");
    if (const auto filters = subscriptions_.due(now); !filters.empty())
        send(subscribe_packet(version_, subscribe_id, filters));
}

void Connection::tell_of_answer(const ConnectionWatch& watch) {
    if (std::exchange(answered_, false)) watch.answered(subscriptions_.grants());
}

/// Reads until the batch is full, or the broker is quiet for `linger`. That is slept, since poll() would be
/// woken for every message: costly for us, and for the broker, who would do the waking.
void Connection::collect() {
    take_what_is_there();
    if (!end_ && batch_.empty() && stream_->wait(POLLIN, idle_wait)) take_what_is_there();
    std::size_t before = 0;
    while (!end_ && batch_.size() > before && !batch_.is_full()) {
        before = batch_.size();
        std::this_thread::sleep_for(options_.batch.linger);
        take_what_is_there();
    }
}

void Connection::take_what_is_there() {
    while (!end_ && !batch_.is_full()) {
        const auto packet = next_packet();
        if (!packet) return;
        take(*packet);
    }
}

/// Nothing if there is none now, or at the end.
std::optional<Packet> Connection::next_packet() {
    while (true) {
        if (const auto packet = reader_.next()) return packet;
        if (reader_.malformed()) {
            end(Ending::misbehaved, "the broker sent what is not MQTT");
            return std::nullopt;
        }
        const Transfer read = stream_->read(reader_.room());
        if (read.ended) end(Ending::lost, read.reason);
        if (read.count == 0) return std::nullopt;
        reader_.filled(read.count);
        read_at_ = core::clock_now();
        heard_ = steady_clock::now();
        asked_.reset();
    }
}

void Connection::take(const Packet& packet) {
    switch (packet.type()) {
        case PacketType::publish:
            return take_publish(packet);
        case PacketType::pubrel:
            return take_pubrel(packet);
        case PacketType::suback:
            return take_suback(packet);
        case PacketType::pingresp:
            return take_pingresp();
        case PacketType::unsuback:
            return;
        case PacketType::disconnect:
            return take_disconnect(packet);
        default:
            end(Ending::misbehaved,
                fmt::format("the broker sent an MQTT packet out of place (type {})", packet.header >> 4));
    }
}

void Connection::take_publish(const Packet& packet) {
    const auto publish = read_publish(packet, version_);
    if (!publish) return end(Ending::misbehaved, "the broker sent a malformed message");
    ping_is_last_ = false;
    // Until its PUBREL the id stands for the message that had it first.
    if (publish->qos == 2 && !unreleased_.insert(publish->packet_id).second)
        return append_acknowledgement(acknowledgements_, PacketType::pubrec, publish->packet_id);
    batch_.add({.topic = publish->topic,
                .payload = publish->payload.substr(0, options_.payload_limit),
                .received_at = read_at_,
                .qos = publish->qos,
                .packet_id = publish->packet_id,
                .retained = publish->retained,
                .redelivered = publish->redelivered});
}

/// The broker reads in order: also the PUBACKs of what came before the last PINGREQ.
void Connection::take_pingresp() {
    pings_ = std::max(pings_ - 1, 0);
    if (pings_ == 0 && ping_is_last_ && handlers_.settled) handlers_.settled();
}

void Connection::take_pubrel(const Packet& packet) {
    const auto packet_id = read_pubrel(packet);
    if (!packet_id) return end(Ending::misbehaved, "the broker sent a malformed PUBREL");
    unreleased_.erase(*packet_id);
    append_acknowledgement(acknowledgements_, PacketType::pubcomp, *packet_id);
}

void Connection::take_suback(const Packet& packet) {
    const auto codes = read_suback(packet, version_);
    if (!codes) return end(Ending::misbehaved, "the broker sent a malformed answer to the subscription");
    if (!subscriptions_.answer(*codes, steady_clock::now()))
        return end(Ending::misbehaved, "the broker does not answer for each topic that is subscribed");
    answered_ = true;
    if (!subscriptions_.any_granted()) end(Ending::refused, troubles_with(subscriptions_.grants()));
}

void Connection::take_disconnect(const Packet& packet) {
    const int reason = read_disconnect(packet);
    if (reason == session_taken_over)
        return end(Ending::taken_over, "another client took over our client id");
    end(Ending::lost, fmt::format("the broker said goodbye: {}", reason_text(reason)));
}

bool Connection::store_batch() {
    if (batch_.empty()) return true;
    const auto messages = batch_.messages();
    const bool stored = handlers_.store(messages);
    if (stored) {
        for (const Message& message : messages) {
            if (message.qos == 0) continue;
            append_acknowledgement(acknowledgements_,
                                   message.qos == 1 ? PacketType::puback : PacketType::pubrec,
                                   message.packet_id);
        }
    }
    batch_.clear();
    return stored;
}

void Connection::acknowledge() {
    if (!acknowledgements_.empty()) send(acknowledgements_);
    acknowledgements_.clear();
}

void Connection::keep_alive() {
    const auto now = steady_clock::now();
    if (asked_ && now - *asked_ > keepalive_) return end(Ending::lost, "the broker does not answer any more");
    if (asked_ || now - std::min(said_, heard_) < milliseconds(keepalive_) / 2) return;
    asked_ = now;
    ping_is_last_ = true;
    ++pings_;
    send(pingreq_packet);
}

/// What can't be sent is no end yet: a broker that is gone may have left messages to read, and reading tells.
void Connection::send(std::string_view bytes) {
    const auto begin = steady_clock::now();
    while (!bytes.empty()) {
        const Transfer written = stream_->write(bytes);
        if (written.ended) return;
        bytes.remove_prefix(written.count);
        const auto now = steady_clock::now();
        said_ = now;
        if (bytes.empty()) return;
        if (now - begin > (stop_.stop_requested() ? stop_patience : milliseconds(keepalive_)))
            return end(Ending::lost, "the broker takes nothing from us");
        if (written.count == 0) stream_->wait(POLLOUT, idle_wait);
    }
}

/// A broker that refuses to deliver may still hold what it delivered before: it is stored, and would come
/// again with each connection.
Farewell Connection::part() {
    const Farewell farewell = *end_;
    if (farewell.ending != Ending::refused) return farewell;
    end_.reset();
    acknowledge();
    leave();
    return farewell;
}

Farewell Connection::leave() {
    send(disconnect_packet);
    if (!end_) stream_->close_gracefully(last_words_patience);
    return {Ending::stopped, {}};
}

/// The first reason counts.
void Connection::end(Ending ending, std::string reason) {
    if (!end_) end_ = Farewell{ending, std::move(reason)};
}

}  // namespace silaware::mqtt
