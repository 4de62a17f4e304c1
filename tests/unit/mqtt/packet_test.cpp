#include "mqtt/packet.hpp"

#include <gtest/gtest.h>

#include "mqtt/packet_reader.hpp"

namespace silaware::mqtt {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

Packet packet(char header, std::string_view body) {
    return {.header = static_cast<std::uint8_t>(header), .length = body.size(), .body = body};
}

const Endpoint plain{.client_id = "gw"};
const Endpoint with_password{.username = "u", .password = "pw", .client_id = "gw"};

TEST(ConnectPacket, AsksForASessionThatIsKept) {
    EXPECT_EQ(connect_packet(plain, Version::v311, {}), "\x10\x0E\0\4MQTT\4\0\0\x1E\0\2gw"s);
    EXPECT_EQ(connect_packet(plain, Version::v5, {.keepalive = 300s, .receive_maximum = 1000}),
              "\x10\x17\0\4MQTT\5\0\x01\x2C\x08\x11\xFF\xFF\xFF\xFF\x21\x03\xE8\0\2gw"s);
}

TEST(ConnectPacket, AsksForASessionThatIsForgotten) {
    const ConnectTerms terms{.session = Session::forgotten};
    EXPECT_EQ(connect_packet(plain, Version::v311, terms), "\x10\x0E\0\4MQTT\4\2\0\x1E\0\2gw"s);
    EXPECT_EQ(connect_packet(plain, Version::v5, terms),
              "\x10\x17\0\4MQTT\5\2\0\x1E\x08\x11\0\0\0\0\x21\xFF\xFF\0\2gw"s);
}

TEST(ConnectPacket, CarriesUserAndPassword) {
    EXPECT_EQ(connect_packet(with_password, Version::v311, {}),
              "\x10\x15\0\4MQTT\4\xC0\0\x1E\0\2gw\0\1u\0\2pw"s);
}

TEST(ConnectPacket, RefusesTextsLongerThanMqttAllows) {
    EXPECT_THROW(connect_packet({.client_id = std::string(65'536, 'x')}, Version::v5, {}), std::length_error);
}

TEST(SubscribePacket, HasQos1AndWantsRetainedMessagesOnce) {
    const std::vector<std::string> filters{"a/b", "$share/g/c"};
    EXPECT_EQ(subscribe_packet(Version::v311, 2, filters), "\x82\x15\0\2\0\3a/b\1\0\x0A$share/g/c\1"s);
    EXPECT_EQ(subscribe_packet(Version::v5, 2, filters), "\x82\x16\0\2\0\0\3a/b\x11\0\x0A$share/g/c\x11"s);
    EXPECT_EQ(unsubscribe_packet(Version::v311, 1, filters), "\xA2\x13\0\1\0\3a/b\0\x0A$share/g/c"s);
    EXPECT_EQ(unsubscribe_packet(Version::v5, 1, filters), "\xA2\x14\0\1\0\0\3a/b\0\x0A$share/g/c"s);
}

TEST(SubscribePacket, LongOnesHaveALongLength) {
    const std::vector<std::string> filters{std::string(20'000, 'x')};
    const std::string bytes = subscribe_packet(Version::v311, 2, filters);
    EXPECT_EQ(bytes.substr(0, 4), "\x82\xA5\x9C\x01"s);  // 20,005
    EXPECT_EQ(bytes.size(), 4u + 20'005u);
}

TEST(PubackPacket, IsFourBytes) {
    std::string bytes;
    append_acknowledgement(bytes, PacketType::puback, 1);
    append_acknowledgement(bytes, PacketType::puback, 0xABCD);
    EXPECT_EQ(bytes, "\x40\x02\0\x01\x40\x02\xAB\xCD"s);
}

TEST(Connack, TellsSessionAndCode) {
    const auto old = read_connack(packet('\x20', "\1\0"sv), Version::v311);
    ASSERT_TRUE(old);
    EXPECT_TRUE(old->session_present);
    EXPECT_EQ(old->code, 0);
    const auto refused = read_connack(packet('\x20', "\0\x87\0"sv), Version::v5);
    ASSERT_TRUE(refused);
    EXPECT_FALSE(refused->session_present);
    EXPECT_EQ(refused->code, 0x87);
}

TEST(Connack, TellsTheKeepAliveThatTheBrokerWants) {
    const std::string properties =
        "\x24\1"          // Maximum QoS
        "\x21\0\x14"      // Receive Maximum
        "\x27\0\1\0\0"    // Maximum Packet Size
        "\x12\0\2id"      // Assigned Client Identifier
        "\x26\0\1k\0\1v"  // User Property
        "\x13\0\x0A"s;    // Server Keep Alive
    std::string body("\0\0"sv);
    body += static_cast<char>(properties.size());
    body += properties;
    const auto connack = read_connack(packet('\x20', body), Version::v5);
    ASSERT_TRUE(connack);
    EXPECT_EQ(connack->keepalive, 10s);
}

TEST(Connack, OfABrokerThatDoesNotKnowMqtt5IsUnderstood) {
    const auto connack = read_connack(packet('\x20', "\0\1"sv), Version::v5);
    ASSERT_TRUE(connack);
    EXPECT_EQ(connack->code, 1);
}

TEST(Connack, MalformedOnesGiveNothing) {
    for (const auto body :
         {""sv, "\0"sv, "\0\0\5"sv, "\0\0\1\x13"sv, "\0\0\2\xFF\0"sv, "\0\0\xFF\xFF\xFF\xFF\1"sv})
        EXPECT_FALSE(read_connack(packet('\x20', body), Version::v5)) << body.size();
    EXPECT_FALSE(read_connack(packet('\x20', "\0"sv), Version::v311));
}

TEST(PublishPacket, TellsAllThatMatters) {
    const auto plain_one = read_publish(packet('\x32', "\0\1t\0\x07payload"sv), Version::v311);
    ASSERT_TRUE(plain_one);
    EXPECT_EQ(plain_one->topic, "t");
    EXPECT_EQ(plain_one->payload, "payload");
    EXPECT_EQ(plain_one->packet_id, 7);
    EXPECT_FALSE(plain_one->retained);
    EXPECT_FALSE(plain_one->redelivered);
    const auto repeated = read_publish(packet('\x3B', "\0\1t\xFF\xFE\3\x01\x01\x01"sv), Version::v5);
    ASSERT_TRUE(repeated);
    EXPECT_EQ(repeated->payload, "");
    EXPECT_EQ(repeated->packet_id, 0xFFFE);
    EXPECT_TRUE(repeated->retained);
    EXPECT_TRUE(repeated->redelivered);
    const auto exactly_once = read_publish(packet('\x34', "\0\1t\0\x09x"sv), Version::v311);
    ASSERT_TRUE(exactly_once);
    EXPECT_EQ(exactly_once->qos, 2);
    EXPECT_EQ(exactly_once->packet_id, 9);
    const auto unconfirmed = read_publish(packet('\x30', "\0\1tx"sv), Version::v311);
    ASSERT_TRUE(unconfirmed);
    EXPECT_EQ(unconfirmed->packet_id, 0);
    EXPECT_EQ(unconfirmed->payload, "x");
}

TEST(PublishPacket, MalformedOnesGiveNothing) {
    EXPECT_FALSE(read_publish(packet('\x36', "\0\1t\0\1x"sv), Version::v311)) << "QoS 3";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\1t\0\0x"sv), Version::v311)) << "packet id 0";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\0\0\1x"sv), Version::v311)) << "no topic";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\1\xFF\0\1x"sv), Version::v311)) << "not UTF-8";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\1\0\0\1x"sv), Version::v311)) << "NUL in the topic";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\x09t\0\1x"sv), Version::v311)) << "topic beyond the end";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\1t\0\1\5x"sv), Version::v5)) << "properties beyond the end";
    EXPECT_FALSE(read_publish(packet('\x32', "\0\1t\0"sv), Version::v311)) << "half a packet id";
}

TEST(PublishPacket, OfWhichOnlyTheBeginningIsKeptHasACutPayload) {
    Packet cut = packet('\x32', "\0\1t\0\1begin"sv);
    cut.length = 1'000'000;
    ASSERT_TRUE(read_publish(cut, Version::v311));
    EXPECT_EQ(read_publish(cut, Version::v311)->payload, "begin");
    Packet buried = packet('\x32', "\0\1t\0\1\xC0\x84\x3D"sv);  // a million bytes of properties
    buried.length = 1'000'020;
    ASSERT_TRUE(read_publish(buried, Version::v5));
    EXPECT_EQ(read_publish(buried, Version::v5)->payload, "");
    EXPECT_EQ(read_publish(buried, Version::v5)->packet_id, 1);
}

TEST(Pubrel, HasAPacketId) {
    EXPECT_EQ(read_pubrel(packet('\x62', "\1\2"sv)), 0x102);
    EXPECT_EQ(read_pubrel(packet('\x62', "\1\2\x92\0"sv)), 0x102) << "MQTT 5, with a reason";
    EXPECT_FALSE(read_pubrel(packet('\x62', "\1"sv)));
    EXPECT_FALSE(read_pubrel(packet('\x62', "\0\0"sv)));
}

TEST(Suback, HasACodeForEachFilter) {
    EXPECT_EQ(read_suback(packet('\x90', "\0\2\1\x80"sv), Version::v311), (std::vector<int>{1, 0x80}));
    EXPECT_EQ(read_suback(packet('\x90', "\0\2\0\x87"sv), Version::v5), (std::vector<int>{0x87}));
    EXPECT_FALSE(read_suback(packet('\x90', "\0"sv), Version::v311));
}

TEST(Disconnect, SaysWhy) {
    EXPECT_EQ(read_disconnect(packet('\xE0', "\x8E\0"sv)), 0x8E);
    EXPECT_EQ(read_disconnect(packet('\xE0', ""sv)), 0);
}

struct Found {
    std::size_t length;
    std::size_t kept;
    bool operator==(const Found&) const = default;
};

/// The packets that are complete once `bytes` have arrived.
std::vector<Found> feed(PacketReader& reader, std::string_view bytes) {
    std::vector<Found> found;
    while (!bytes.empty()) {
        const auto room = reader.room();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::copy_n(bytes.data(), count, room.data());
        reader.filled(count);
        bytes.remove_prefix(count);
        while (const auto next = reader.next())
            found.push_back({next->length, next->body.size()});
    }
    return found;
}

std::string publish_of(std::size_t payload) {
    std::string bytes(1, '\x30');
    for (std::size_t rest = 3 + payload;;) {
        bytes += static_cast<char>(rest % 128 | (rest >= 128 ? 128 : 0));
        rest /= 128;
        if (rest == 0) break;
    }
    return bytes + "\0\1t"s + std::string(payload, 'x');
}

TEST(PacketReader, FindsThePacketsWhereverTheBytesAreTorn) {
    const std::string bytes = publish_of(0) + "\xD0\0"s + publish_of(200) + publish_of(3);
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        PacketReader reader(1000);
        std::vector<Found> found;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            for (const Found& next : feed(reader, std::string_view(bytes).substr(at, piece)))
                found.push_back(next);
        }
        EXPECT_EQ(found, (std::vector<Found>{{3, 3}, {0, 0}, {203, 203}, {6, 6}})) << "pieces of " << piece;
    }
}

TEST(PacketReader, KeepsTheBeginningOfLongPacketsAndFindsTheNext) {
    PacketReader reader(1000);
    EXPECT_EQ(feed(reader, publish_of(3'000'000) + publish_of(5)),
              (std::vector<Found>{{3'000'003, 1000}, {8, 8}}));
}

TEST(PacketReader, GrowsForALongPacketAndShrinksAgain) {
    PacketReader reader(1'000'000);
    const std::size_t usual = reader.room().size();
    const std::string bytes = publish_of(900'000) + publish_of(1);
    EXPECT_TRUE(feed(reader, bytes.substr(0, 500'000)).empty());
    EXPECT_GT(reader.room().size(), usual);
    EXPECT_EQ(feed(reader, bytes.substr(500'000)), (std::vector<Found>{{900'003, 900'003}, {4, 4}}));
    EXPECT_EQ(reader.room().size(), usual);
}

TEST(PacketReader, SaysThatALengthOfFiveBytesIsNoMqtt) {
    PacketReader reader(1000);
    EXPECT_TRUE(feed(reader, "\x30\xFF\xFF\xFF\xFF\x01"s).empty());
    EXPECT_TRUE(reader.malformed());
    EXPECT_TRUE(feed(reader, publish_of(1)).empty());
}

}  // namespace
}  // namespace silaware::mqtt
