// Redeliveries of a broker that does what MQTT says, over a network that is cut again and again.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include "spool/redelivery.hpp"

namespace silaware::spool {
namespace {

enum class Ids { in_turn, lowest_free, anew_in_each_connection };

struct Sent {
    std::size_t number;
    std::uint16_t packet_id;
    Fingerprint print;
    bool redelivered = false;
};

class Broker {
  public:
    Broker(Ids ids, unsigned payloads, std::mt19937& random)
        : ids_(ids), payloads_(payloads), random_(random) {}

    /// What was on its way is lost; what has no PUBACK is sent again.
    void connect() {
        wire_ = in_flight_;
        for (Sent& message : wire_)
            message.redelivered = true;
        if (ids_ == Ids::anew_in_each_connection) last_id_ = 0;
    }
    void publish() {
        const Sent message{sent_++, next_id(), fingerprint("t", std::to_string(random_() % payloads_)),
                           false};
        in_flight_.push_back(message);
        wire_.push_back(message);
    }
    std::vector<Sent> deliver(std::size_t most) {
        const auto end = wire_.begin() + static_cast<std::ptrdiff_t>(std::min(most, wire_.size()));
        std::vector<Sent> batch(wire_.begin(), end);
        wire_.erase(wire_.begin(), end);
        return batch;
    }
    void puback(std::size_t number) {
        std::erase_if(in_flight_, [&](const Sent& message) { return message.number == number; });
    }
    std::size_t sent() const { return sent_; }

  private:
    std::uint16_t next_id() {
        if (ids_ == Ids::lowest_free) last_id_ = 0;
        const auto is_taken = [this] {
            return std::ranges::any_of(in_flight_,
                                       [this](const Sent& message) { return message.packet_id == last_id_; });
        };
        do {
            last_id_ = static_cast<std::uint16_t>(last_id_ % 65'535 + 1);
        } while (is_taken());
        return last_id_;
    }

    Ids ids_;
    unsigned payloads_;
    std::mt19937& random_;
    std::size_t sent_ = 0;
    std::uint16_t last_id_ = 0;
    std::deque<Sent> in_flight_;
    std::deque<Sent> wire_;
};

/// How often each message was taken for new.
class Receiver {
  public:
    explicit Receiver(std::mt19937& random) : random_(random) {}

    void connect() {
        window_.begin_connection();
        pubacks_.clear();
    }
    void take(const std::vector<Sent>& batch) {
        std::vector<Receipt> receipts;
        for (const Sent& message : batch) {
            if (random_() % 10 == 0) receipts.push_back({0, false, fingerprint("t", "QoS 0")});
            receipts.push_back({message.packet_id, message.redelivered, message.print});
        }
        const Recognition recognised = window_.recognise(receipts);
        window_.advance(receipts, recognised);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            stored_.resize(std::max(stored_.size(), batch[i].number + 1));
            if (i >= recognised.count) ++stored_[batch[i].number];
            pubacks_.push_back(batch[i].number);
        }
    }
    /// The first of its PUBACKs reach the broker.
    void acknowledge(Broker& broker, std::size_t most) {
        for (; most > 0 && !pubacks_.empty(); --most) {
            broker.puback(pubacks_.front());
            pubacks_.pop_front();
        }
    }
    const std::vector<int>& stored() const { return stored_; }

  private:
    std::mt19937& random_;
    RedeliveryWindow window_;
    std::deque<std::size_t> pubacks_;
    std::vector<int> stored_;
};

void expect_each_once(Ids ids, unsigned payloads, unsigned seed) {
    std::mt19937 random(seed);
    Broker broker(ids, payloads, random);
    Receiver receiver(random);
    for (int connection = 0; connection < 30; ++connection) {
        broker.connect();
        receiver.connect();
        for (auto steps = random() % 60; steps > 0; --steps) {
            for (auto count = random() % 4; count > 0; --count)
                broker.publish();
            if (random() % 2 == 0) receiver.take(broker.deliver(random() % 10));
            if (random() % 2 == 0) receiver.acknowledge(broker, random() % 10);
        }
    }
    broker.connect();
    receiver.connect();
    receiver.take(broker.deliver(broker.sent()));
    EXPECT_EQ(receiver.stored(), std::vector<int>(broker.sent(), 1)) << "seed " << seed;
}

TEST(RedeliveryOfABroker, IsKnownWhereIdsAreGivenInTurnWhateverTheBytes) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        for (const unsigned payloads : {1u, 3u, 1'000'000u})
            expect_each_once(Ids::in_turn, payloads, seed);
    }
}

TEST(RedeliveryOfABroker, IsKnownByItsBytesHoweverIdsAreGiven) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        expect_each_once(Ids::lowest_free, 1'000'000'000, seed);
        expect_each_once(Ids::anew_in_each_connection, 1'000'000'000, seed);
    }
}

}  // namespace
}  // namespace silaware::spool
