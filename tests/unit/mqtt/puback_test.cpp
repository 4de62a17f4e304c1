// The promise of ingest: no PUBACK leaves before its message is stored. These tests watch the wire.
#include <gtest/gtest.h>

#include <netinet/tcp.h>

#include <future>

#include "mqtt/tcp.hpp"
#include "support/source_path.hpp"
#include "unit/mqtt/fake_broker.hpp"
#include "unit/mqtt/mosquitto_broker.hpp"
#include "unit/mqtt/recorder.hpp"

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;

/// Holds the first batches back until the test lets them go.
class Gate {
  public:
    bool pass(std::span<const Message>) {
        ++waiting;
        return result_.get();
    }
    void open(bool durable) { promise_.set_value(durable); }
    std::atomic<int> waiting = 0;

  private:
    std::promise<bool> promise_;
    std::shared_future<bool> result_ = promise_.get_future().share();
};

void expect_pubacks_only_after_storing(FakeBroker& broker, SubscriberOptions options) {
    Gate gate;
    Recorder recorder(std::move(options), [&](auto batch) { return gate.pass(batch); });
    broker.welcome();
    for (int packet_id = 1; packet_id <= 300; ++packet_id)
        broker.publish(packet_id, "reading");
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    EXPECT_TRUE(broker.is_quiet_for(500ms)) << "a PUBACK left before its message was stored";
    gate.open(true);
    for (int packet_id = 1; packet_id <= 300; ++packet_id)
        ASSERT_EQ(broker.read_puback(), packet_id);
    EXPECT_TRUE(recorder.await(300));
}

TEST(Puback, LeavesOnlyAfterStoring) {
    FakeBroker broker;
    expect_pubacks_only_after_storing(broker, options_for(broker.port()));
}

TEST(Puback, LeavesOnlyAfterStoringOnMqtt311) {
    FakeBroker broker(4);
    SubscriberOptions options = options_for(broker.port());
    Gate gate;
    Recorder recorder(options, [&](auto batch) { return gate.pass(batch); });
    ASSERT_FALSE(broker.accept_connect().empty());
    broker.send_connack(false, 1);  // unacceptable protocol version
    broker.welcome();
    broker.publish(7, "reading");
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    EXPECT_TRUE(broker.is_quiet_for(500ms)) << "a PUBACK left before its message was stored";
    gate.open(true);
    EXPECT_EQ(broker.read_puback(), 7);
    EXPECT_EQ(recorder.state().protocol, 4);
}

/// Makes a broker speak TLS on a port of its own.
struct TlsProxy {
    explicit TlsProxy(const FakeBroker& broker, const std::string& handshake_seconds = "0")
        : process({"/usr/bin/python3", tests::source_path("tests/unit/mqtt/tls_proxy.py").string(),
                   std::to_string(port), std::to_string(broker.port()), certificate.file, certificate.key,
                   handshake_seconds}) {
        if (!eventually([&] { return accepts(port); })) throw std::runtime_error("no TLS proxy");
    }
    SubscriberOptions options() const {
        SubscriberOptions options = options_for(port);
        options.broker.host = "localhost";
        options.broker.tls_ca = certificate.file;
        return options;
    }

    TempFolder folder;
    Certificate certificate{folder.path()};
    std::uint16_t port = free_port();
    Process process;
};

TEST(Puback, LeavesOnlyAfterStoringOverTls) {
    FakeBroker broker;
    const TlsProxy proxy(broker);
    expect_pubacks_only_after_storing(broker, proxy.options());
}

TEST(Subscriber, GivesASlowTlsHandshakeMoreTimeWithEachAttempt) {
    FakeBroker broker;
    const TlsProxy proxy(broker, "0.5");
    SubscriberOptions options = proxy.options();
    options.handshake_timeout = 100ms;
    const Recorder recorder(options);
    broker.welcome();
    EXPECT_TRUE(recorder.await_connection());
    EXPECT_NE(recorder.log().find("does not answer within 0.2 s"), std::string::npos) << recorder.log();
}

const std::string pubrec_7("\x50\2\0\7", 4);
const std::string pubrel_7("\x62\2\0\7", 4);
const std::string pubcomp_7("\x70\2\0\7", 4);

TEST(Pubrec, LeavesOnlyAfterStoringAndThePacketIdStandsForOneMessageUntilItIsReleased) {
    FakeBroker broker;
    Gate gate;
    Recorder recorder(options_for(broker.port()), [&](auto batch) { return gate.pass(batch); });
    broker.welcome(true);
    broker.publish(7, "of an earlier client", false, 2);
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    EXPECT_TRUE(broker.is_quiet_for(500ms)) << "a PUBREC left before its message was stored";
    gate.open(true);
    EXPECT_EQ(broker.read_packet(5s), pubrec_7);
    broker.publish(7, "of an earlier client", true, 2);
    EXPECT_EQ(broker.read_packet(5s), pubrec_7);
    broker.send(pubrel_7);
    EXPECT_EQ(broker.read_packet(5s), pubcomp_7);
    broker.publish(7, "another", false, 2);
    EXPECT_EQ(broker.read_packet(5s), pubrec_7);
    EXPECT_EQ(recorder.count(), 2u);
    EXPECT_EQ(recorder.state().connections, 1);
}

TEST(Pubcomp, AnswersAPubrelOfAnEarlierConnection) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    broker.welcome(true);
    broker.send(pubrel_7);
    EXPECT_EQ(broker.read_packet(5s), pubcomp_7);
}

TEST(Puback, NeverLeavesForABatchThatWasNotStored) {
    FakeBroker broker;
    Gate gate;
    Recorder recorder(options_for(broker.port()), [&](auto batch) { return gate.pass(batch); });
    broker.welcome();
    for (int packet_id = 1; packet_id <= 50; ++packet_id)
        broker.publish(packet_id, "reading");
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    recorder.has_room = false;
    gate.open(false);
    EXPECT_TRUE(broker.is_closed_without_a_word(5s));
    EXPECT_TRUE(broker.accept_connect(1s).empty()) << "it must wait for room in the spool";
    recorder.has_room = true;
    EXPECT_FALSE(broker.accept_connect().empty());
}

TEST(Puback, TheBatchInHandIsStoredAndAcknowledgedOnStop) {
    FakeBroker broker;
    Gate gate;
    Recorder recorder(options_for(broker.port()), [&](auto batch) { return gate.pass(batch); });
    broker.welcome();
    broker.publish(1, "reading");
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    std::jthread stopping([&] { recorder.stop(); });
    std::this_thread::sleep_for(50ms);
    gate.open(true);
    EXPECT_EQ(broker.read_puback(), 1);
    EXPECT_EQ(broker.read_packet(5s).substr(0, 1), "\xE0");  // DISCONNECT
}

TEST(Puback, ReachesABrokerThatWasStillSendingOnStop) {
    FakeBroker broker;
    Gate gate;
    Recorder recorder(options_for(broker.port()), [&](auto batch) { return gate.pass(batch); });
    broker.welcome();
    for (int packet_id = 1; packet_id <= 5000; ++packet_id)
        broker.publish(packet_id, "reading");
    ASSERT_TRUE(eventually([&] { return gate.waiting == 1; }));
    for (int packet_id = 5001; packet_id <= 5100; ++packet_id)
        broker.publish(packet_id, "never read");
    std::jthread stopping([&] { recorder.stop(); });
    std::this_thread::sleep_for(50ms);
    gate.open(true);
    std::this_thread::sleep_for(300ms);  // a busy broker
    int pubacks = 0;
    while (broker.read_puback(1s))
        ++pubacks;
    EXPECT_EQ(pubacks, static_cast<int>(recorder.count()));
    EXPECT_GT(pubacks, 0);
}

TEST(Puback, ABatchIsStoredAlsoWhenTheConnectionIsLost) {
    FakeBroker broker;
    Recorder recorder(options_for(broker.port()));
    broker.welcome();
    for (int packet_id = 1; packet_id <= 100; ++packet_id)
        broker.publish(packet_id, "reading");
    broker.hang_up();
    EXPECT_TRUE(recorder.await(100));
}

TEST(Redelivery, TheDupFlagIsSeen) {
    FakeBroker broker;
    Recorder recorder(options_for(broker.port()));
    broker.welcome(true);
    broker.publish(41, "before", true);
    broker.publish(42, "Client recorder received PUBLISH (d0", true);
    broker.publish(43, "new");
    ASSERT_TRUE(recorder.await(3));
    EXPECT_TRUE(recorder.received()[0].redelivered);
    EXPECT_EQ(recorder.received()[0].packet_id, 41);
    EXPECT_TRUE(recorder.received()[1].redelivered);
    EXPECT_FALSE(recorder.received()[2].redelivered);
    EXPECT_EQ(recorder.sessions_present, 1);
}

TEST(Subscriber, SaysPlainlyThatAnotherClientTookItsId) {
    FakeBroker broker;
    SubscriberOptions options = options_for(broker.port(), "gateway");
    options.takeover_backoff = 1500ms;
    Recorder recorder(options);
    broker.welcome();
    broker.send_disconnect(0x8E);
    ASSERT_TRUE(eventually([&] { return recorder.log().find("took over") != std::string::npos; }));
    EXPECT_NE(recorder.log().find("MQTT_CLIENT_ID"), std::string::npos);
    EXPECT_NE(recorder.log().find("gateway"), std::string::npos);
    EXPECT_TRUE(broker.accept_connect(1s).empty());
    EXPECT_FALSE(broker.accept_connect().empty());
}

/// The version in the next CONNECT.
int version_asked(FakeBroker& broker) {
    const std::string connect = broker.accept_connect();
    return connect.size() > 8 ? connect[8] : 0;
}

TEST(Subscriber, SpeaksMqtt311WhereTheBrokerJustClosesTheConnection) {
    FakeBroker broker(4);
    const Recorder recorder(options_for(broker.port()));
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 4);
    broker.send_connack(false, 0);
    EXPECT_EQ(broker.read_packet(1s), std::string("\xE0\0", 2));  // DISCONNECT
    EXPECT_EQ(version_asked(broker), 5);
    broker.welcome();
    ASSERT_TRUE(recorder.await_connection());
    EXPECT_EQ(recorder.state().protocol, 4);
}

TEST(Subscriber, SpeaksMqtt5WithABrokerThatWasAwayBehindAProxy) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 4);
    broker.send(std::string("\x20\x02\0\0", 4));  // CONNACK of MQTT 3.1.1: the broker is back
    broker.welcome();
    ASSERT_TRUE(recorder.await_connection());
    EXPECT_EQ(recorder.state().protocol, 5);
    EXPECT_EQ(recorder.state().connections, 1);
}

TEST(Subscriber, SpeaksMqtt5WithABrokerThatKnowsNoOtherAndWasAwayBehindAProxy) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 5);
    EXPECT_EQ(version_asked(broker), 4);
    broker.send_connack(false, 0x84);  // unsupported protocol version, in the form of MQTT 5
    broker.welcome();
    ASSERT_TRUE(recorder.await_connection());
    EXPECT_EQ(recorder.state().protocol, 5);
}

TEST(Subscriber, StopsSoonWhileTheBrokerIsSilent) {
    FakeBroker broker;
    Recorder recorder(options_for(broker.port()));
    ASSERT_FALSE(broker.accept_connect().empty());  // and never a CONNACK
    const auto begin = std::chrono::steady_clock::now();
    recorder.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Subscriber, LongPayloadsAreCut) {
    FakeBroker broker;
    Recorder recorder(options_for(broker.port()));
    broker.welcome();
    broker.publish(1, std::string(1'000'000, 'x'));
    broker.publish(2, std::string(20'000'000, 'x'));
    broker.publish(3, "next");
    ASSERT_TRUE(recorder.await(3));
    EXPECT_EQ(recorder.received()[0].payload.size(), 65'537u);
    EXPECT_EQ(recorder.received()[1].payload.size(), 65'537u);
    EXPECT_EQ(recorder.received()[2].payload, "next");
    for (int packet_id = 1; packet_id <= 3; ++packet_id)
        EXPECT_EQ(broker.read_puback(), packet_id);
}

TEST(Subscriber, AsksAQuietBrokerWhetherItIsThere) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    ASSERT_FALSE(broker.accept_connect().empty());
    broker.send_connack_with_keepalive(1);
    broker.answer_subscribe("\x01");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(broker.read_packet(900ms), std::string("\xC0\0", 2));  // PINGREQ
        broker.send(std::string("\xD0\0", 2));                           // PINGRESP
    }
    EXPECT_EQ(recorder.state().connections, 1);
    EXPECT_TRUE(recorder.state().connected);
    ASSERT_TRUE(eventually([&] { return !recorder.state().connected; }))
        << "a broker that is silent for long";
    EXPECT_NE(recorder.state().last_error.find("does not answer"), std::string::npos);
    EXPECT_FALSE(broker.accept_connect().empty());
}

const std::string pingreq("\xC0\0", 2);
const std::string pingresp("\xD0\0", 2);

TEST(Puback, IsSettledWhenTheBrokerAnswersAPingBehindIt) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    ASSERT_FALSE(broker.accept_connect().empty());
    broker.send_connack_with_keepalive(2);
    broker.answer_subscribe("\x01");
    broker.publish(1, "reading");
    ASSERT_EQ(broker.read_puback(), 1);
    ASSERT_EQ(broker.read_packet(5s), pingreq);
    EXPECT_EQ(recorder.settled, 0);
    broker.send(pingresp);
    EXPECT_TRUE(eventually([&] { return recorder.settled == 1; }));
    // The PUBACK of a message that crossed the PINGREQ leaves behind it.
    ASSERT_EQ(broker.read_packet(5s), pingreq);
    broker.publish(2, "reading");
    broker.send(pingresp);
    broker.publish(3, "reading");
    ASSERT_TRUE(recorder.await(3));
    EXPECT_EQ(recorder.settled, 1);
}

TEST(Subscriber, AsksInItsOwnTimeABrokerThatWouldWaitLonger) {
    FakeBroker broker;
    SubscriberOptions options = options_for(broker.port());
    options.broker.keepalive_seconds = 5;
    const Recorder recorder(options);
    ASSERT_FALSE(broker.accept_connect().empty());
    broker.send_connack_with_keepalive(127);
    broker.answer_subscribe("\x01");
    EXPECT_EQ(broker.read_packet(20s), std::string("\xC0\0", 2));  // PINGREQ
}

TEST(Socket, NoticesAPeerThatVanished) {
    const FakeBroker broker;
    const auto socket = connect_tcp("127.0.0.1", broker.port(), 5s, {});
    ASSERT_TRUE(socket);
    int value = 0;
    socklen_t size = sizeof value;
    ASSERT_EQ(getsockopt(socket->descriptor(), IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &size), 0);
    EXPECT_EQ(value, 60'000);
    ASSERT_EQ(getsockopt(socket->descriptor(), SOL_SOCKET, SO_KEEPALIVE, &value, &size), 0);
    EXPECT_EQ(value, 1);
}

TEST(Subscriber, BytesThatAreNoMqttEndTheConnection) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    broker.welcome();
    broker.publish(1, "reading");
    broker.send("\x32\xFF\xFF\xFF\xFF\xFF");
    EXPECT_TRUE(recorder.await(1)) << "what came before counts";
    EXPECT_FALSE(broker.accept_connect().empty());
    EXPECT_NE(recorder.state().last_error.find("not MQTT"), std::string::npos);
}

TEST(Subscriber, AMalformedMessageEndsTheConnection) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port()));
    broker.welcome();
    broker.send(std::string("\x32\x03\0\x09t", 5));
    EXPECT_FALSE(broker.accept_connect().empty());
    EXPECT_NE(recorder.state().last_error.find("malformed"), std::string::npos);
}

TEST(Subscriber, NeedsAClientId) {
    FakeBroker broker;
    const Recorder recorder(options_for(broker.port(), ""));
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    EXPECT_EQ(recorder.state().last_error, "the MQTT client id is empty");
}

}  // namespace
}  // namespace silaware::mqtt
