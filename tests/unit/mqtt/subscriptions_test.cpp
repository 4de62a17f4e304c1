#include "mqtt/subscriptions.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/mqtt/fake_broker.hpp"
#include "unit/mqtt/recorder.hpp"

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;
using Filters = std::vector<std::string>;

constexpr Subscriptions::Time start{1h};

TEST(Subscriptions, AreAskedForOnce) {
    Subscriptions subscriptions({"t", "u"}, 60s);
    EXPECT_EQ(subscriptions.due(start), (Filters{"t", "u"}));
    EXPECT_EQ(subscriptions.unanswered_since(), start);
    EXPECT_EQ(subscriptions.due(start + 2min), Filters{}) << "the broker has still to answer";
    EXPECT_FALSE(subscriptions.any_granted());
    EXPECT_TRUE(subscriptions.answer({1, 1}, start + 2min));
    EXPECT_TRUE(subscriptions.any_granted());
    EXPECT_FALSE(subscriptions.unanswered_since());
    EXPECT_EQ(subscriptions.due(start + 1h), Filters{});
}

TEST(Subscriptions, ThatAreRefusedAreAskedForAgainLater) {
    Subscriptions subscriptions({"t", "u", "v"}, 60s);
    (void)subscriptions.due(start);
    EXPECT_TRUE(subscriptions.answer({0x80, 1, 0x87}, start));
    EXPECT_EQ(subscriptions.due(start + 59s), Filters{});
    EXPECT_EQ(subscriptions.due(start + 60s), (Filters{"t", "v"}));
    EXPECT_TRUE(subscriptions.answer({0x80, 0}, start + 60s));
    EXPECT_EQ(subscriptions.grants(), (std::vector<Grant>{{"t", 0x80}, {"u", 1}, {"v", 0}}));
    EXPECT_EQ(subscriptions.due(start + 120s), Filters{"t"});
}

TEST(Subscriptions, NeedAnAnswerForEachFilter) {
    Subscriptions subscriptions({"t", "u"}, 60s);
    EXPECT_FALSE(subscriptions.answer({1, 1}, start)) << "nothing was asked";
    (void)subscriptions.due(start);
    EXPECT_FALSE(subscriptions.answer({1}, start));
    EXPECT_FALSE(subscriptions.answer({1, 1, 1}, start));
    EXPECT_FALSE(subscriptions.any_granted());
}

SubscriberOptions two_topics(const FakeBroker& broker) {
    SubscriberOptions options = options_for(broker.port());
    options.topics = {"t", "u"};
    return options;
}

void accept(FakeBroker& broker) {
    if (broker.accept_connect().empty()) throw std::runtime_error("nobody connects");
    broker.send_connack(false, 0);
}

std::ptrdiff_t lines_with(const std::string& log, const std::string& part) {
    std::ptrdiff_t count = 0;
    for (auto at = log.find(part); at != std::string::npos; at = log.find(part, at + 1))
        ++count;
    return count;
}

TEST(Subscriber, GoesOnWithTheOtherTopicsWhereOneIsRefused) {
    FakeBroker broker;
    SubscriberOptions options = two_topics(broker);
    options.ask_again = 300ms;
    const Recorder recorder(options);
    accept(broker);
    broker.answer_subscribe("\x01\x87");
    broker.publish(7, "reading");
    EXPECT_EQ(broker.read_puback(), 7);
    EXPECT_EQ(recorder.state().grants, (std::vector<Grant>{{"t", 1}, {"u", 0x87}}));
    EXPECT_FALSE(recorder.state().well());
    EXPECT_EQ(recorder.state().trouble(), "the broker refuses the subscription to u (Not authorized)");
    const std::string again = broker.answer_subscribe("\x87");
    EXPECT_EQ(again.find("\1t"), std::string::npos) << "it is granted";
    broker.answer_subscribe("\x01");
    ASSERT_TRUE(eventually(
        [&] { return recorder.log().find("grants the subscription to u now") != std::string::npos; }));
    EXPECT_TRUE(recorder.state().well());
    EXPECT_EQ(recorder.state().trouble(), "");
    EXPECT_EQ(recorder.state().connections, 1);
    EXPECT_EQ(lines_with(recorder.log(), "refuses the subscription to u (Not authorized)"), 1)
        << recorder.log();
}

TEST(Subscriber, BacksOffWhereEverythingIsRefusedAndAcknowledgesWhatWasDeliveredBefore) {
    FakeBroker broker;
    SubscriberOptions options = two_topics(broker);
    options.first_backoff = 100ms;
    options.longest_backoff = 1h;
    const Recorder recorder(options);
    for (int packet_id = 1; packet_id <= 4; ++packet_id) {
        accept(broker);
        broker.publish(packet_id, "waited with the broker");
        broker.answer_subscribe("\x80\x87");
        EXPECT_EQ(broker.read_puback(), packet_id);
        EXPECT_EQ(broker.read_packet(5s), std::string("\xE0\0", 2));  // DISCONNECT
    }
    EXPECT_TRUE(broker.accept_connect(300ms).empty()) << "half of 800 ms at least";
    EXPECT_EQ(recorder.state().connections, 0);
    EXPECT_EQ(recorder.state().last_error,
              "the broker refuses the subscription to t; the broker refuses the subscription to u (Not "
              "authorized)");
    EXPECT_EQ(lines_with(recorder.log(), "\n"), 1) << recorder.log();
}

TEST(Subscriber, WarnsOfQos0) {
    FakeBroker broker;
    const Recorder recorder(two_topics(broker));
    accept(broker);
    broker.answer_subscribe(std::string("\x01\0", 2));
    ASSERT_TRUE(recorder.await_connection());
    EXPECT_TRUE(recorder.state().well());
    EXPECT_EQ(recorder.state().trouble(), "the broker grants no QoS above 0 for u");
    EXPECT_TRUE(
        eventually([&] { return recorder.log().find("grants no QoS above 0 for u") != std::string::npos; }));
}

TEST(Subscriber, TriesAgainWhereTheSubscriptionIsNotAnswered) {
    FakeBroker broker;
    SubscriberOptions options = two_topics(broker);
    options.answer_timeout = 300ms;
    const Recorder recorder(options);
    const auto ended_because = [&](const std::string& reason) {
        return eventually([&] { return recorder.state().last_error == reason; });
    };
    accept(broker);
    EXPECT_EQ(broker.read_packet(5s).substr(0, 1), "\x82");
    EXPECT_TRUE(ended_because("the broker does not answer the subscription"));
    EXPECT_EQ(recorder.state().connections, 0);
    accept(broker);
    broker.answer_subscribe("\x01");
    EXPECT_TRUE(ended_because("the broker does not answer for each topic that is subscribed"));
    accept(broker);
    broker.answer_subscribe("\x01\x01");
    EXPECT_TRUE(recorder.await_connection());
}

}  // namespace
}  // namespace silaware::mqtt
