#include "mqtt/subscriber.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mqtt/publisher.hpp"
#include "unit/mqtt/mosquitto_broker.hpp"
#include "unit/mqtt/recorder.hpp"

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;

Endpoint endpoint(const MosquittoBroker& broker) {
    return {.host = "127.0.0.1", .port = broker.port(), .client_id = "publisher"};
}

void publish(Publisher& publisher, int from, int to, const std::string& topic = "t") {
    for (int number = from; number <= to; ++number) {
        ASSERT_TRUE(publisher.publish(topic, std::to_string(number) + std::string(200, '.')));
    }
    ASSERT_TRUE(publisher.drain(30s));
}

/// Numbers in the order received.
std::vector<int> numbers(const Recorder& recorder) {
    std::vector<int> result;
    for (const Received& message : recorder.received())
        result.push_back(std::stoi(message.payload));
    return result;
}

std::vector<int> sequence(int from, int to) {
    std::vector<int> result;
    for (int number = from; number <= to; ++number)
        result.push_back(number);
    return result;
}

TEST(Mosquitto, ABurstAgainstTheDefaultConfigurationArrivesInOrder) {
    const MosquittoBroker broker("");
    const Recorder recorder(options_for(broker.port()));
    ASSERT_TRUE(recorder.await_connection());
    std::this_thread::sleep_for(100ms);
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 1, 20'000);
    ASSERT_TRUE(recorder.await(20'000));
    EXPECT_EQ(numbers(recorder), sequence(1, 20'000));
    EXPECT_GT(recorder.largest_batch, 1u);
    EXPECT_EQ(publisher.acknowledged(), 20'000);
}

TEST(Mosquitto, KeepsTheSessionWhileWeAreAway) {
    const MosquittoBroker broker;
    {
        ASSERT_TRUE(Recorder(options_for(broker.port())).await_connection());
    }
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 1, 3000);
    const Recorder recorder(options_for(broker.port()));
    ASSERT_TRUE(recorder.await(3000));
    EXPECT_EQ(numbers(recorder), sequence(1, 3000));
    EXPECT_EQ(recorder.sessions_present, 1);
}

TEST(Mosquitto, DeliversWhatItHoldsWithQos2ForAClientThatWasHereBefore) {
    const MosquittoBroker broker;
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(),
                         {"-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-t", "t", "-q", "2"});
        Process(arguments).end(0);
    };
    run({"mosquitto_sub", "-i", "recorder", "-c", "-E"});
    for (int number = 1; number <= 30; ++number)
        run({"mosquitto_pub", "-m", std::to_string(number)});
    const Recorder recorder(options_for(broker.port()));
    ASSERT_TRUE(recorder.await(30));
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 31, 40);
    ASSERT_TRUE(recorder.await(40));
    EXPECT_EQ(numbers(recorder), sequence(1, 40));
    EXPECT_EQ(recorder.state().connections, 1);
}

TEST(Mosquitto, RepeatsUnacknowledgedMessagesWithDupTheSameIdsAndInOrder) {
    const MosquittoBroker broker;
    {
        ASSERT_TRUE(Recorder(options_for(broker.port())).await_connection());
    }
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 1, 500);
    std::vector<int> first_ids;
    {
        // Everything is received, nothing acknowledged: as after a kill between storing and PUBACK.
        SubscriberOptions options = options_for(broker.port());
        options.first_backoff = 30s;
        std::mutex mutex;
        const Recorder recorder(options, [&](std::span<const Message> batch) {
            const std::lock_guard lock(mutex);
            for (const Message& message : batch)
                first_ids.push_back(message.packet_id);
            return false;
        });
        ASSERT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex);
            return !first_ids.empty();
        }));
    }
    publish(publisher, 501, 600);
    const Recorder recorder(options_for(broker.port()));
    ASSERT_TRUE(recorder.await(600));
    EXPECT_EQ(numbers(recorder), sequence(1, 600));
    const auto received = recorder.received();
    for (std::size_t i = 0; i < first_ids.size(); ++i) {
        EXPECT_TRUE(received[i].redelivered);
        EXPECT_EQ(received[i].packet_id, first_ids[i]);
    }
    EXPECT_FALSE(received.back().redelivered);
}

TEST(Mosquitto, LosesNothingOverARestartOfTheBroker) {
    MosquittoBroker broker;
    const Recorder recorder(options_for(broker.port()));
    ASSERT_TRUE(recorder.await_connection());
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 1, 500);
    broker.stop();
    ASSERT_TRUE(eventually([&] { return !recorder.state().connected; }));
    EXPECT_FALSE(recorder.state().last_error.empty());
    broker.start();
    publish(publisher, 501, 1000);
    ASSERT_TRUE(recorder.await_connection(2));
    EXPECT_TRUE(eventually([&] {
        const auto got = numbers(recorder);  // some twice: those unacknowledged when the broker stopped
        return std::set<int>(got.begin(), got.end()).size() == 1000u;
    }));
}

TEST(Mosquitto, SharesTheLoadInAGroup) {
    const MosquittoBroker broker;
    SubscriberOptions one = options_for(broker.port(), "one");
    SubscriberOptions two = options_for(broker.port(), "two");
    {
        ASSERT_TRUE(Recorder(one).await_connection());
    }  // a plain subscription from before the group
    one.shared_group = two.shared_group = "g";
    const Recorder first(one);
    const Recorder second(two);
    ASSERT_TRUE(first.await_connection());
    ASSERT_TRUE(second.await_connection());
    std::this_thread::sleep_for(300ms);
    Publisher publisher({.broker = endpoint(broker)});
    publish(publisher, 1, 2000);
    ASSERT_TRUE(eventually([&] { return first.count() + second.count() >= 2000; }));
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(first.count() + second.count(), 2000u);
    EXPECT_GT(first.count(), 0u);
    EXPECT_GT(second.count(), 0u);
}

TEST(Mosquitto, ThatRestartsIsToldOfInASharedGroup) {
    MosquittoBroker broker;
    SubscriberOptions options = options_for(broker.port());
    options.shared_group = "g";
    const Recorder recorder(options);
    ASSERT_TRUE(recorder.await_connection());
    EXPECT_EQ(recorder.log().find("shared group"), std::string::npos);
    broker.stop();
    ASSERT_TRUE(eventually(
        [&] { return recorder.state().last_error.find("Connection refused") != std::string::npos; }));
    broker.start();
    ASSERT_TRUE(recorder.await_connection(2));
    EXPECT_TRUE(eventually([&] { return recorder.log().find("shared group \"g\"") != std::string::npos; }));
}

TEST(Mosquitto, ThatStartsFindsASharedGroupSoon) {
    MosquittoBroker broker;
    broker.stop();
    SubscriberOptions options = options_for(broker.port());
    options.shared_group = "g";
    options.first_backoff = options.longest_backoff = 1h;
    options.longest_group_backoff = 50ms;
    const Recorder recorder(options);
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    broker.start();
    EXPECT_TRUE(recorder.await_connection());
}

TEST(Mosquitto, RetainedMessagesAreMarkedAndComeOnce) {
    const MosquittoBroker broker;
    Process({"mosquitto_pub", "-p", std::to_string(broker.port()), "-h", "127.0.0.1", "-t", "t", "-q", "1",
             "-r", "-m", "kept"})
        .end(0);
    {
        const Recorder recorder(options_for(broker.port()));
        ASSERT_TRUE(recorder.await(1));
        EXPECT_TRUE(recorder.received()[0].retained);
    }
    const Recorder again(options_for(broker.port()));
    ASSERT_TRUE(again.await_connection());
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(again.count(), 0u);
}

TEST(Mosquitto, TlsDeliversEverythingWithoutStalling) {
    const TlsMosquitto tls("max_queued_messages 0\n");
    SubscriberOptions options = options_for(tls.port);
    options.broker.host = "localhost";
    options.broker.tls_ca = tls.certificate.file;
    options.batch.messages = 7;  // so that batches end in the middle of TLS records
    const Recorder recorder(options);
    ASSERT_TRUE(recorder.await_connection()) << recorder.log();
    std::this_thread::sleep_for(100ms);
    Publisher publisher({.broker = endpoint(tls.broker)});
    publish(publisher, 1, 5000);
    ASSERT_TRUE(recorder.await(5000));
    EXPECT_EQ(numbers(recorder), sequence(1, 5000));
}

TEST(Mosquitto, AnUntrustedCertificateIsRefused) {
    const TlsMosquitto tls;
    const TempFolder other_folder;
    const Certificate other(other_folder.path());
    SubscriberOptions options = options_for(tls.port);
    options.broker.host = "localhost";
    options.broker.tls_ca = other.file;
    const Recorder recorder(options);
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    EXPECT_NE(recorder.state().last_error.find("certificate"), std::string::npos)
        << recorder.state().last_error;
    EXPECT_EQ(recorder.state().connections, 0);
}

TEST(Mosquitto, ACertificateForAnotherHostIsRefused) {
    const TlsMosquitto tls;
    SubscriberOptions options = options_for(tls.port);
    options.broker.host = "127.0.0.1";  // the certificate is for localhost
    options.broker.tls_ca = tls.certificate.file;
    const Recorder recorder(options);
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    EXPECT_NE(recorder.state().last_error.find("IP address mismatch"), std::string::npos)
        << recorder.state().last_error;
    EXPECT_EQ(recorder.state().connections, 0);
}

TEST(Mosquitto, ACaFileThatCantBeReadIsSaidPlainly) {
    const MosquittoBroker broker;
    SubscriberOptions options = options_for(broker.port());
    options.broker.tls_ca = "/no/such/ca.pem";
    const Recorder recorder(options);
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    EXPECT_EQ(recorder.state().last_error, "the MQTT CA file /no/such/ca.pem can't be read");
}

TEST(Mosquitto, AWrongPasswordIsSaidPlainly) {
    const TempFolder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    const std::string passwords = (folder.path() / "passwords").string();
    Process({"mosquitto_passwd", "-c", "-b", passwords, "meter", "right"}).end(0);
    std::filesystem::permissions(passwords, std::filesystem::perms::all);
    const MosquittoBroker broker("allow_anonymous false\npassword_file " + passwords + "\n");
    SubscriberOptions options = options_for(broker.port());
    options.broker.username = "meter";
    options.broker.password = "wrong";
    {
        const Recorder recorder(options);
        ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
        EXPECT_NE(recorder.log().find("Not authorized"), std::string::npos) << recorder.log();
    }
    options.broker.password = "right";
    EXPECT_TRUE(Recorder(options).await_connection());
}

TEST(Subscriber, SaysWhyNobodyAnswers) {
    const Recorder recorder(options_for(free_port()));
    ASSERT_TRUE(eventually([&] { return !recorder.state().last_error.empty(); }));
    EXPECT_NE(recorder.state().last_error.find("refused"), std::string::npos);
    EXPECT_FALSE(recorder.state().connected);
}

TEST(Publisher, RepeatsWhatABrokerThatDiedHasNotAcknowledged) {
    MosquittoBroker broker;
    std::set<std::int64_t> acknowledged;
    std::mutex mutex;
    Publisher publisher(
        {.broker = endpoint(broker), .in_flight = 200, .acknowledged = [&](std::int64_t number) {
             const std::lock_guard lock(mutex);
             acknowledged.insert(number);
         }});
    std::jthread restarts([&] {
        for (int i = 0; i < 2; ++i) {
            std::this_thread::sleep_for(100ms);
            broker.stop();
            broker.start();
        }
    });
    for (int number = 1; number <= 20'000; ++number)
        ASSERT_TRUE(publisher.publish("t", "x"));
    restarts.join();
    EXPECT_TRUE(publisher.drain(30s));
    EXPECT_EQ(publisher.acknowledged(), 20'000);
    const std::lock_guard lock(mutex);
    EXPECT_EQ(acknowledged.size(), 20'000u);
    EXPECT_EQ(*acknowledged.rbegin(), 20'000);
}

TEST(Publisher, GivesUpAfterItsPatience) {
    Publisher publisher({.broker = {.host = "127.0.0.1", .port = free_port()}});
    const auto published = publisher.publish("t", "x", 100ms);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, core::ErrorCode::unavailable);
}

}  // namespace
}  // namespace silaware::mqtt
