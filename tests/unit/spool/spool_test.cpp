#include "spool/spool.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "support/temp_folder.hpp"

namespace silaware::spool {
namespace {

using core::ErrorCode;
using core::from_epoch_ms;

constexpr std::int64_t all = 1'000'000;
constexpr std::int64_t megabytes = 1 << 30;

Arrival arrival(std::string_view payload, int packet_id = 0, bool redelivered = false) {
    return {.topic = "silaware/power",
            .payload = payload,
            .received_at = from_epoch_ms(1'700'000'000'000),
            .packet_id = static_cast<std::uint16_t>(packet_id),
            .retained = false,
            .redelivered = redelivered};
}

Spool open(const TempFolder& folder, Limits limits = {}) {
    auto spool = Spool::open(folder.path() / "spool", limits);
    if (!spool) throw std::runtime_error(spool.error().message);
    return std::move(*spool);
}

Appended append(Spool& spool, const std::vector<Arrival>& arrivals) {
    const auto appended = spool.append(arrivals);
    if (!appended) throw std::runtime_error(appended.error().message);
    return *appended;
}

std::vector<std::string> payloads(const Spool& spool, std::int64_t after = 0) {
    std::vector<std::string> result;
    const auto messages = spool.read(after, all, megabytes).value();
    for (const Message& message : messages)
        result.push_back(message.payload);
    return result;
}

TEST(Spool, GivesBackWhatWasAppendedInOrder) {
    const TempFolder folder;
    Spool spool = open(folder);
    const std::string binary("\0\xFF{}", 4);
    Arrival retained = arrival(binary);
    retained.retained = true;
    const Appended appended = append(spool, {arrival("one"), retained, arrival("")});
    EXPECT_EQ(appended.first_seq, 1);
    EXPECT_EQ(appended.last_seq, 3);

    const auto messages = spool.read(0, all, megabytes).value();
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[0].payload, "one");
    EXPECT_EQ(messages[0].topic, "silaware/power");
    EXPECT_EQ(messages[0].received_at, from_epoch_ms(1'700'000'000'000));
    EXPECT_FALSE(messages[0].retained);
    EXPECT_EQ(messages[1].payload, binary);
    EXPECT_TRUE(messages[1].retained);
    EXPECT_EQ(messages[2].payload, "");
    EXPECT_EQ(messages[2].seq, 3);
}

TEST(Spool, ReadsInPieces) {
    const TempFolder folder;
    Spool spool = open(folder);
    append(spool, {arrival("aaaa"), arrival("bbbb"), arrival("cccc"), arrival("dddd")});
    EXPECT_EQ(spool.read(1, 2, megabytes).value().back().seq, 3);
    EXPECT_EQ(spool.read(0, all, 40).value().size(), 2u);
    EXPECT_EQ(spool.read(0, all, 1).value().size(), 1u);
    EXPECT_TRUE(spool.read(4, all, megabytes).value().empty());
}

TEST(Spool, KeepsItsIdMessagesAndFiguresOverARestart) {
    const TempFolder folder;
    std::string id;
    {
        Spool spool = open(folder);
        id = spool.id();
        append(spool, {arrival("one"), arrival("two")});
        ASSERT_TRUE(spool.remove_through(1));
        EXPECT_EQ(spool.note(), std::nullopt);
        ASSERT_TRUE(spool.set_note("stored 4100"));
        ASSERT_TRUE(spool.set_note("stored 42"));
    }
    Spool spool = open(folder);
    EXPECT_EQ(spool.id().size(), 32u);
    EXPECT_EQ(spool.id(), id);
    EXPECT_EQ(payloads(spool), std::vector<std::string>{"two"});
    EXPECT_EQ(spool.status().received, 2);
    EXPECT_EQ(spool.status().messages, 1);
    EXPECT_EQ(spool.note(), "stored 42");
}

TEST(Spool, NeverUsesASeqTwice) {
    const TempFolder folder;
    {
        Spool spool = open(folder);
        EXPECT_EQ(append(spool, {arrival("one"), arrival("two")}).last_seq, 2);
        ASSERT_TRUE(spool.remove_through(2));
    }
    Spool spool = open(folder);
    EXPECT_EQ(append(spool, {arrival("three")}).first_seq, 3);
    ASSERT_TRUE(spool.remove_through(100));
    EXPECT_EQ(append(spool, {arrival("behind the database's position")}).first_seq, 101);
    EXPECT_EQ(spool.status().messages, 1);
}

TEST(Spool, CountsWhatItHolds) {
    const TempFolder folder;
    Spool spool = open(folder);
    EXPECT_EQ(spool.status().oldest_received_at, std::nullopt);
    Arrival later = arrival("two");
    later.received_at += std::chrono::seconds(5);
    append(spool, {arrival("one"), later});
    EXPECT_EQ(spool.status().messages, 2);
    EXPECT_EQ(spool.status().oldest_received_at, arrival("").received_at);
    ASSERT_TRUE(spool.remove_through(1));
    EXPECT_EQ(spool.status().messages, 1);
    EXPECT_EQ(spool.status().oldest_received_at, later.received_at);
    ASSERT_TRUE(spool.remove_through(2));
    EXPECT_EQ(spool.status().messages, 0);
    EXPECT_EQ(spool.status().bytes, 0);
    EXPECT_EQ(spool.status().oldest_received_at, std::nullopt);
}

TEST(Spool, RefusesWhenFullAndTakesTheSameBatchLater) {
    const TempFolder folder;
    Spool spool = open(folder, {.bytes = 100'000});
    const std::string payload(900, 'x');
    const std::vector<Arrival> batch(50, arrival(payload));
    append(spool, batch);
    append(spool, batch);
    const auto refused = spool.append(batch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    EXPECT_FALSE(spool.has_room());
    EXPECT_EQ(spool.status().messages, 100);
    EXPECT_EQ(spool.status().received, 100);
    ASSERT_TRUE(spool.remove_through(50));
    EXPECT_TRUE(spool.has_room());
    EXPECT_EQ(append(spool, batch).first_seq, 101);
}

TEST(Spool, TakesABatchAboveTheLimitWhenEmpty) {
    const TempFolder folder;
    Spool spool = open(folder, {.bytes = 1000});
    EXPECT_EQ(append(spool, {arrival(std::string(5000, 'x'))}).first_seq, 1);
    EXPECT_FALSE(spool.has_room());
}

TEST(Spool, CountsARedeliveryButDoesNotStoreIt) {
    const TempFolder folder;
    {
        Spool spool = open(folder);
        ASSERT_TRUE(spool.begin_connection("broker:1883/ingest", false));
        append(spool, {arrival("one", 1), arrival("two", 2)});
        ASSERT_TRUE(spool.remove_through(2));
    }
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("broker:1883/ingest", true));
    const Appended appended = append(spool, {arrival("two", 2, true), arrival("three", 3)});
    EXPECT_EQ(appended.duplicates, 1);
    EXPECT_EQ(appended.first_seq, 3);
    EXPECT_EQ(appended.last_seq, 3);
    EXPECT_EQ(payloads(spool), std::vector<std::string>{"three"});
    EXPECT_EQ(spool.status().received, 4);
    EXPECT_EQ(spool.status().duplicates, 1);
    EXPECT_EQ(spool.status().connections, 2);
}

TEST(Spool, ABatchOfNothingButRedeliveriesIsCounted) {
    const TempFolder folder;
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("broker", false));
    append(spool, {arrival("one", 1)});
    ASSERT_TRUE(spool.begin_connection("broker", true));
    const Appended appended = append(spool, {arrival("one", 1, true)});
    EXPECT_EQ(appended.last_seq, appended.first_seq - 1);
    EXPECT_EQ(spool.status().received, 2);
    EXPECT_EQ(spool.status().messages, 1);
}

TEST(Spool, LooksForRedeliveriesOnlyInTheSameSession) {
    const TempFolder folder;
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("broker/a", false));
    append(spool, {arrival("one", 1)});
    ASSERT_TRUE(spool.begin_connection("broker/b", true));
    EXPECT_EQ(append(spool, {arrival("one", 1, true)}).duplicates, 0);
    ASSERT_TRUE(spool.begin_connection("broker/b", false));
    EXPECT_EQ(append(spool, {arrival("one", 1, true)}).duplicates, 0);
}

TEST(Spool, KnowsTheSameBrokerUnderAnotherName) {
    const TempFolder folder;
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("localhost:1883/ingest", false));
    append(spool, {arrival("one", 1), arrival("same", 2), arrival("same", 3)});
    ASSERT_TRUE(spool.begin_connection("127.0.0.1:1883/ingest", true));
    EXPECT_EQ(append(spool, {arrival("one", 1, true)}).duplicates, 1);
    // It may be another broker: only what looks like nothing else is the same message.
    ASSERT_TRUE(spool.begin_connection("other:1883/ingest", true));
    EXPECT_EQ(append(spool, {arrival("same", 3, true)}).duplicates, 0);
}

TEST(Spool, StoresMessagesWithQosZeroBetweenRedeliveries) {
    const TempFolder folder;
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("broker", false));
    append(spool, {arrival("one", 1), arrival("two", 2)});
    ASSERT_TRUE(spool.remove_through(2));
    ASSERT_TRUE(spool.begin_connection("broker", true));
    const Appended appended = append(spool, {arrival("zero"), arrival("one", 1, true), arrival("nought"),
                                             arrival("two", 2, true), arrival("three", 3)});
    EXPECT_EQ(appended.duplicates, 2);
    EXPECT_EQ(payloads(spool), (std::vector<std::string>{"zero", "nought", "three"}));
    ASSERT_TRUE(spool.begin_connection("broker", true));
    EXPECT_EQ(append(spool, {arrival("three", 3, true)}).duplicates, 1);
}

TEST(Spool, WhatTheBrokerHasSettledIsNotRepeatedWhereBytesAreEqual) {
    const TempFolder folder;
    Spool spool = open(folder);
    ASSERT_TRUE(spool.begin_connection("broker", false));
    append(spool, {arrival("same", 1), arrival("same", 2)});
    spool.settle();
    ASSERT_TRUE(spool.begin_connection("broker", true));
    EXPECT_EQ(append(spool, {arrival("same", 2, true)}).duplicates, 0);
}

TEST(Spool, ARefusedBatchIsNoRedeliveryWhenItComesAgain) {
    const TempFolder folder;
    Spool spool = open(folder, {.bytes = 2000});
    ASSERT_TRUE(spool.begin_connection("broker", false));
    append(spool, {arrival("one", 1)});
    const std::string large(4000, 'x');
    ASSERT_FALSE(spool.append(std::vector{arrival(large, 2)}));
    ASSERT_TRUE(spool.remove_through(1));
    ASSERT_TRUE(spool.begin_connection("broker", true));
    const Appended appended = append(spool, {arrival("one", 1, true), arrival(large, 2, true)});
    EXPECT_EQ(appended.duplicates, 1);
    EXPECT_EQ(appended.first_seq, 2);
}

TEST(Spool, WakesAReaderThatWaits) {
    const TempFolder folder;
    Spool spool = open(folder);
    EXPECT_FALSE(spool.wait_past(0, std::chrono::milliseconds(1)));
    std::jthread later([&] { append(spool, {arrival("one")}); });
    EXPECT_TRUE(spool.wait_past(0, std::chrono::seconds(30)));
    later.join();
    EXPECT_FALSE(spool.wait_past(1, std::chrono::milliseconds(1)));
}

TEST(Spool, AppendsReadsAndRemovesAtTheSameTime) {
    const TempFolder folder;
    Spool spool = open(folder);
    constexpr int batches = 100;
    constexpr int count = 50;
    std::jthread producer([&] {
        for (int i = 0; i < batches; ++i) {
            append(spool, std::vector<Arrival>(count, arrival(std::string(500, 'x'))));
        }
    });
    std::int64_t position = 0;
    while (position < batches * count) {
        ASSERT_TRUE(spool.wait_past(position, std::chrono::seconds(60)));
        const auto messages = spool.read(position, 700, megabytes).value();
        for (const Message& message : messages) {
            ASSERT_EQ(message.seq, position + 1);
            position = message.seq;
        }
        ASSERT_TRUE(spool.remove_through(position));
    }
    EXPECT_EQ(spool.status().messages, 0);
}

std::uintmax_t size_of_files(const std::filesystem::path& folder) {
    std::uintmax_t bytes = 0;
    for (const char* name : {"spool.db", "spool.db-wal"}) {
        if (std::filesystem::exists(folder / name)) bytes += std::filesystem::file_size(folder / name);
    }
    return bytes;
}

/// That no compression makes smaller.
std::string noise(std::size_t size) {
    std::mt19937 random(7);
    std::string bytes;
    while (bytes.size() < size)
        bytes += static_cast<char>(random());
    return bytes;
}

std::vector<Arrival> pieces(std::string_view bytes, std::size_t size) {
    std::vector<Arrival> arrivals;
    for (; !bytes.empty(); bytes.remove_prefix(size))
        arrivals.push_back(arrival(bytes.substr(0, size)));
    return arrivals;
}

TEST(Spool, FilesStaySmallWhileMessagesPassThrough) {
    const TempFolder folder;
    Spool spool = open(folder);
    const std::string payload = noise(500 * 4000);
    const std::vector<Arrival> batch = pieces(payload, 4000);
    for (int i = 0; i < 150; ++i) {  // 300 MB in all
        const Appended appended = append(spool, batch);
        ASSERT_TRUE(spool.remove_through(appended.last_seq));
    }
    EXPECT_LT(size_of_files(folder.path() / "spool"), 150'000'000u);
}

TEST(Spool, GivesTheSpaceOfAnOutageBack) {
    const TempFolder folder;
    const std::string payload = noise(500 * 4000);
    const std::vector<Arrival> batch = pieces(payload, 4000);
    {
        Spool spool = open(folder);
        for (int i = 0; i < 60; ++i)
            append(spool, batch);
        EXPECT_GT(size_of_files(folder.path() / "spool"), 110'000'000u);
        ASSERT_TRUE(spool.remove_through(spool.status().last_seq));
        for (int i = 0; i < 20; ++i)
            ASSERT_TRUE(spool.remove_through(append(spool, batch).last_seq));
    }
    EXPECT_LT(size_of_files(folder.path() / "spool"), 60'000'000u);
}

}  // namespace
}  // namespace silaware::spool
