#include "spool/redelivery.hpp"

#include <gtest/gtest.h>

#include <string>

namespace silaware::spool {
namespace {

Receipt receipt(int packet_id, const std::string& payload, bool redelivered = false) {
    return {static_cast<std::uint16_t>(packet_id), redelivered, fingerprint("silaware/power", payload)};
}

Receipt dup(int packet_id, const std::string& payload) {
    return receipt(packet_id, payload, true);
}

/// Feeds batches the way the spool does and counts the redeliveries.
class Stream {
  public:
    void connect() { window_.begin_connection(++connection_); }

    std::size_t take(const std::vector<Receipt>& batch) {
        const std::size_t recognised = window_.redeliveries(batch);
        window_.advance(batch, recognised, next_seq_);
        next_seq_ += static_cast<std::int64_t>(batch.size() - recognised);
        return recognised;
    }

    RedeliveryWindow& window() { return window_; }

  private:
    RedeliveryWindow window_;
    std::int64_t connection_ = 0;
    std::int64_t next_seq_ = 1;
};

/// Packet ids as a broker gives them: 1 … 65535, 1 …
int packet_id(int n) {
    return (n - 1) % 65535 + 1;
}

TEST(Redelivery, SamePacketIdAndBytesAfterAReconnectIsRecognised) {
    Stream stream;
    stream.connect();
    EXPECT_EQ(stream.take({receipt(1, "a"), receipt(2, "b"), receipt(3, "c")}), 0u);
    stream.connect();
    EXPECT_EQ(stream.take({dup(2, "b"), dup(3, "c"), receipt(4, "d")}), 2u);
}

TEST(Redelivery, WithinAConnectionNothingIsMerged) {
    Stream stream;
    stream.connect();
    EXPECT_EQ(stream.take({receipt(1, "same"), receipt(1, "same"), receipt(1, "same")}), 0u);
    EXPECT_EQ(stream.take({receipt(1, "same")}), 0u);
}

TEST(Redelivery, OtherBytesUnderTheSamePacketIdAreNew) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a")});
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "b")}), 0u);
}

TEST(Redelivery, SameBytesUnderAnotherPacketIdAreNew) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "stuck clock")});
    stream.connect();
    EXPECT_EQ(stream.take({receipt(2, "stuck clock"), receipt(3, "stuck clock")}), 0u);
}

TEST(Redelivery, AReusedPacketIdWithoutDupIsNewEvenWithEqualBytes) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "stuck clock")});
    stream.connect();
    EXPECT_EQ(stream.take({receipt(1, "stuck clock")}), 0u);
}

TEST(Redelivery, EndsAtTheFirstNewMessage) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a"), receipt(2, "b"), receipt(3, "c")});
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "a"), dup(9, "never seen"), dup(2, "b")}), 1u);
    EXPECT_EQ(stream.take({dup(3, "c")}), 0u);
}

TEST(Redelivery, GoesOnOverBatchesAndRepeatedReconnects) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a"), receipt(2, "b"), receipt(3, "c")});
    for (int i = 0; i < 3; ++i) {
        stream.connect();
        EXPECT_EQ(stream.take({dup(1, "a")}), 1u);
        EXPECT_EQ(stream.take({dup(2, "b"), dup(3, "c")}), 2u);
    }
    EXPECT_EQ(stream.take({receipt(4, "d")}), 0u);
}

TEST(Redelivery, AStuckClockLosesNothingWhenThePacketIdsWrap) {
    Stream stream;
    stream.connect();
    const int received = 150'000;
    for (int n = 1; n <= received; ++n)
        stream.take({receipt(packet_id(n), "stuck clock")});
    stream.connect();
    // The last 500 were not acknowledged; 100,000 more had been sent but never arrived here.
    std::size_t recognised = 0;
    for (int n = received - 499; n <= received + 100'000; ++n) {
        recognised += stream.take({dup(packet_id(n), "stuck clock")});
    }
    EXPECT_EQ(recognised, 500u);
}

TEST(Redelivery, ABrokerThatFellBackRepeatsWithoutDup) {
    Stream stream;
    stream.connect();
    std::vector<Receipt> batch;
    for (int n = 1; n <= 1000; ++n)
        batch.push_back(receipt(n, "reading " + std::to_string(n)));
    stream.take(batch);
    stream.connect();
    EXPECT_EQ(stream.take({batch.begin() + 500, batch.begin() + 600}), 100u);
    EXPECT_EQ(stream.take({batch.begin() + 600, batch.end()}), 400u);
    EXPECT_EQ(stream.take({receipt(1001, "new")}), 0u);
}

TEST(Redelivery, AShortRunWithoutDupIsNew) {
    Stream stream;
    stream.connect();
    std::vector<Receipt> batch;
    for (int n = 1; n <= 7; ++n)
        batch.push_back(receipt(n, "reading " + std::to_string(n)));
    stream.take(batch);
    stream.connect();
    EXPECT_EQ(stream.take(batch), 0u);
}

TEST(Redelivery, ARunOfEqualBytesWithoutDupIsNew) {
    Stream stream;
    stream.connect();
    std::vector<Receipt> batch;
    for (int n = 1; n <= 50; ++n)
        batch.push_back(receipt(n, "stuck clock"));
    stream.take(batch);
    stream.connect();
    EXPECT_EQ(stream.take(batch), 0u);
}

TEST(Redelivery, ForgetsWithTheSession) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a")});
    stream.window().clear();
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "a")}), 0u);
}

TEST(Redelivery, QosZeroIsNeverARedelivery) {
    Stream stream;
    stream.connect();
    stream.take({receipt(0, "a")});
    stream.connect();
    EXPECT_EQ(stream.take({dup(0, "a")}), 0u);
}

TEST(Fingerprint, SeparatesTopicAndPayloadAndEveryByte) {
    EXPECT_EQ(fingerprint("a", "b"), fingerprint("a", "b"));
    EXPECT_FALSE(fingerprint("ab", "") == fingerprint("a", "b"));
    EXPECT_FALSE(fingerprint("a", std::string(1, '\0')) == fingerprint("a", ""));
    const std::string text(100, 'x');
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string other = text;
        other[i] = 'y';
        EXPECT_FALSE(fingerprint("t", text) == fingerprint("t", other)) << i;
    }
}

}  // namespace
}  // namespace silaware::spool
