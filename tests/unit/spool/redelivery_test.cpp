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
    void connect() { window_.begin_connection(); }

    std::size_t take(const std::vector<Receipt>& batch) {
        const Recognition recognised = window_.recognise(batch);
        window_.advance(batch, recognised);
        return recognised.count;
    }

    RedeliveryWindow& window() { return window_; }

  private:
    RedeliveryWindow window_;
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

TEST(Redelivery, MessagesWithoutPacketIdsTakeNoPlaceInTheWindow) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a")});
    for (int n = 0; n < RedeliveryWindow::capacity; ++n)
        stream.take({receipt(0, "QoS 0")});
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "a")}), 1u);
}

/// A broker's messages: every third one has the bytes of many others.
class Broker {
  public:
    Receipt message(int n, bool redelivered) const {
        const std::string bytes = n % 3 == 0 ? "stuck clock" : "reading " + std::to_string(n);
        return receipt((n - 1) % ids_ + 1, bytes, redelivered);
    }
    /// Sends messages `from` … `to` in batches and counts the recognised ones.
    std::size_t send(Stream& stream, int from, int to, bool redelivered, int batch_size = 5000) const {
        std::size_t recognised = 0;
        std::vector<Receipt> batch;
        for (int n = from; n <= to; ++n) {
            batch.push_back(message(n, redelivered));
            if (n < to && static_cast<int>(batch.size()) < batch_size) continue;
            recognised += stream.take(batch);
            batch.clear();
        }
        return recognised;
    }

    int ids_ = 65535;
};

TEST(Redelivery, MoreInFlightThanThereArePacketIdsIsRecognised) {
    for (const int in_flight : {59'000, 65'000, 65'535, 65'536, 131'071, 250'000}) {
        for (const int batch_size : {11, 5000}) {
            const Broker broker;
            Stream stream;
            stream.connect();
            broker.send(stream, 1, 300'000, false);
            stream.connect();
            EXPECT_EQ(broker.send(stream, 300'000 - in_flight + 1, 305'000, true, batch_size),
                      static_cast<std::size_t>(in_flight))
                << in_flight << " in batches of " << batch_size;
            // The new ones are remembered behind them.
            stream.connect();
            EXPECT_EQ(broker.send(stream, 304'001, 305'001, true), 1000u);
        }
    }
}

TEST(Redelivery, WhatTheBrokerSentButNeverArrivedIsNew) {
    const Broker broker;
    Stream stream;
    stream.connect();
    broker.send(stream, 1, 200'000, false);
    stream.connect();
    EXPECT_EQ(broker.send(stream, 200'001, 300'000, true), 0u);
}

TEST(Redelivery, FewPacketIdsUsedAgainAndAgainMergeNothing) {
    Stream stream;
    stream.connect();
    for (int n = 1; n <= 1000; ++n)
        stream.take({receipt((n - 1) % 20 + 1, "stuck clock")});
    stream.connect();
    // 996 … 1000 come again, and 15 that never arrived.
    std::vector<Receipt> batch;
    for (int n = 996; n <= 1015; ++n)
        batch.push_back(dup((n - 1) % 20 + 1, "stuck clock"));
    EXPECT_EQ(stream.take(batch), 5u);
}

/// Ten sensors, one reading each.
std::vector<Receipt> round_of_readings(int first_id) {
    std::vector<Receipt> batch;
    for (int n = 0; n < 10; ++n)
        batch.push_back(receipt(packet_id(first_id + n), "sensor " + std::to_string(n)));
    return batch;
}

TEST(Redelivery, ABrokerThatNumbersFromOneInEachConnectionRepeatsNothingWithoutDup) {
    Stream stream;
    stream.connect();
    EXPECT_EQ(stream.take(round_of_readings(1)), 0u);
    stream.connect();
    EXPECT_EQ(stream.take(round_of_readings(1)), 0u);
    // Also where other readings came first.
    Stream later;
    later.connect();
    later.take({receipt(1, "before"), receipt(2, "before")});
    later.connect();
    EXPECT_EQ(later.take(round_of_readings(1)), 0u);
    later.connect();
    EXPECT_EQ(later.take(round_of_readings(1)), 0u);
}

TEST(Redelivery, ABrokerThatFellBackToWhereItsIdsBeganAgainIsRecognised) {
    Stream stream;
    stream.connect();
    stream.take({receipt(65'535, "before")});
    stream.take(round_of_readings(1));
    stream.connect();
    EXPECT_EQ(stream.take(round_of_readings(1)), 10u);
}

TEST(Redelivery, AnIdThatWasUsedSinceStandsForNoEarlierMessage) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "21 degrees"), receipt(1, "22 degrees")});
    stream.connect();
    // The broker had the PUBACK of the first: this is a third one, which was lost on the way.
    EXPECT_EQ(stream.take({dup(1, "21 degrees")}), 0u);
}

TEST(Redelivery, ABrokerThatTakesFreeIdsRepeatsOnlyTheUnsettledEnd) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "21 degrees"), receipt(2, "21 degrees"), receipt(1, "21 degrees")});
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "21 degrees")}), 1u);
    stream.connect();
    EXPECT_EQ(stream.take({dup(2, "21 degrees"), dup(1, "21 degrees")}), 2u);
    stream.connect();
    // Repeating the second alone would leave the third out.
    EXPECT_EQ(stream.take({dup(2, "21 degrees"), receipt(3, "21 degrees")}), 0u);
}

TEST(Redelivery, WhatIsSettledIsNotRepeatedWhereBytesAreEqual) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "21 degrees"), receipt(2, "21 degrees")});
    stream.window().settle();
    stream.connect();
    EXPECT_EQ(stream.take({dup(2, "21 degrees")}), 0u);
    // That one is not settled.
    stream.connect();
    EXPECT_EQ(stream.take({dup(2, "21 degrees")}), 1u);
}

TEST(Redelivery, WhatIsStillToBeRepeatedIsNotSettled) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "21 degrees"), receipt(2, "21 degrees"), receipt(3, "21 degrees")});
    stream.connect();
    stream.window().settle();  // nothing has come on this connection
    EXPECT_EQ(stream.take({dup(1, "21 degrees")}), 1u);
    stream.window().settle();  // one has
    EXPECT_EQ(stream.take({dup(2, "21 degrees")}), 1u);
    stream.connect();
    EXPECT_EQ(stream.take({dup(2, "21 degrees"), dup(3, "21 degrees")}), 2u);
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "21 degrees"), dup(2, "21 degrees"), dup(3, "21 degrees")}), 0u);
}

TEST(Redelivery, ABrokerThatFellBackRepeatsWhatIsSettledWithDup) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a"), receipt(2, "stuck clock"), receipt(3, "b"), receipt(4, "stuck clock")});
    stream.window().settle();
    stream.connect();
    EXPECT_EQ(stream.take({dup(1, "a"), dup(2, "stuck clock"), receipt(3, "new")}), 2u);
}

TEST(Redelivery, GoesOnBehindMessagesWithQosZero) {
    Stream stream;
    stream.connect();
    stream.take({receipt(1, "a"), receipt(2, "b"), receipt(3, "c")});
    stream.connect();
    EXPECT_EQ(stream.take({receipt(0, "now")}), 0u);
    EXPECT_EQ(stream.take({receipt(0, "now"), dup(1, "a"), receipt(0, "now"), dup(2, "b")}), 2u);
    EXPECT_EQ(stream.take({dup(3, "c"), receipt(4, "d")}), 1u);
    stream.connect();
    EXPECT_EQ(stream.take({dup(4, "d")}), 1u);
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
