#include "ingest_fixture.hpp"

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

/// Batches that follow each other into a transaction, one message each.
class TransactionTest : public IngestFixture {
  protected:
    void receive(const std::vector<spool::Message>& messages) {
        for (const spool::Message& message : messages) {
            messages_.push_back(message);
            messages_.back().seq = static_cast<std::int64_t>(messages_.size());
        }
    }
    spool::Message reading(const std::string& uid, const std::string& watts = "100") {
        const core::Instant at = midnight(0) - 1h + std::chrono::seconds(10 * ++readings_);
        return power(uid, {at, watts, fmt::format("{}", readings_)}, at);
    }
    std::int64_t write_after(std::int64_t seq) {
        return IngestFixture::write_after(
            writer_, seq,
            [&](std::int64_t after) {
                return writer_.prepare(std::span(messages_).subspan(static_cast<std::size_t>(after), 1));
            },
            [&](std::int64_t after) { return after < static_cast<std::int64_t>(messages_.size()); });
    }
    /// The positions behind each transaction until all is written.
    std::vector<std::int64_t> write_all(std::int64_t seq = 0) {
        std::vector<std::int64_t> positions;
        while (seq < static_cast<std::int64_t>(messages_.size()))
            positions.push_back(seq = write_after(seq));
        return positions;
    }
    storage::SpoolPosition position() { return writer_.position(1, 0); }
    using Positions = std::vector<std::int64_t>;

  private:
    BatchWriter writer_{*database, options, "00000000000000000000000000000001"};
    std::vector<spool::Message> messages_;
    int readings_ = 0;
};

TEST_F(TransactionTest, BatchesThatFollowAreStoredTogether) {
    receive({reading("a"),
             reading("a"),
             reading("a"),
             run("a", core::epoch_ms(midnight(1)) / 1000, core::epoch_ms(midnight(1)) / 1000 + 60, 1, 60),
             {0, now(), false, "silaware/power", "not json"},
             climate("a", "20", "50", now()),
             reading("a")});
    EXPECT_EQ(write_all(), Positions{7});
    EXPECT_EQ(position().stored, 6);
    EXPECT_EQ(position().quarantined, 1);
    EXPECT_EQ(count("power_monitoring"), 4);
    EXPECT_EQ(count("latest_readings WHERE energy = 4"), 1);
    EXPECT_EQ(lines("cycle_count, duration", "cycle_time"), std::vector<std::string>{"1 00:00:30"});
}

TEST_F(TransactionTest, DevicesThatAreNotLockedBeginATransactionOfTheirOwn) {
    receive({reading("a"), reading("b"), reading("a"), reading("c"), reading("b"), reading("a")});
    EXPECT_EQ(write_all(), (Positions{1, 3, 6}));
    EXPECT_EQ(count("power_monitoring"), 6);
    EXPECT_EQ(count("latest_readings"), 3);
}

TEST_F(TransactionTest, DevicesThatAreLockedButSilentStayAsTheyWere) {
    receive({reading("a"), reading("b"), reading("b")});
    write_all();
    const auto seen = lines("uid, last_seen_ms, last_power_ms", "known_devices");
    receive({reading("b"), reading("b")});
    EXPECT_EQ(write_all(3), Positions{5});
    EXPECT_EQ(lines("uid, last_seen_ms, last_power_ms", "known_devices").front(), seen.front());
    EXPECT_NE(lines("uid, last_seen_ms, last_power_ms", "known_devices").back(), seen.back());
}

TEST_F(TransactionTest, APoisonRowInABatchThatFollowsGoesIntoQuarantineAlone) {
    database->execute("ALTER TABLE power_monitoring ADD CONSTRAINT no_seven CHECK (power <> 777)");
    receive({reading("a"), reading("a"), reading("a", "777"), reading("a"), reading("a"), reading("a")});
    EXPECT_EQ(write_all(), (Positions{1, 2, 3, 6}));
    EXPECT_EQ(position().stored, 5);
    EXPECT_EQ(position().quarantined, 1);
    EXPECT_EQ(count("power_monitoring"), 5);
    EXPECT_EQ(count("quarantine WHERE payload LIKE '%777%'"), 1);
}

TEST_F(TransactionTest, AConflictIsTriedAgainWithTheFirstBatchAlone) {
    database->execute("CREATE TABLE conflicts (at INT) ENGINE=Aria TRANSACTIONAL=0");
    database->acquire()->run_script(R"(
        CREATE TRIGGER conflict BEFORE INSERT ON power_monitoring FOR EACH ROW
        BEGIN
          IF NEW.power = 777 AND (SELECT COUNT(*) FROM conflicts) = 0 THEN
            INSERT INTO conflicts VALUES (1);
            SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'a deadlock';
          END IF;
        END)");
    receive({reading("a"), reading("a"), reading("a", "777"), reading("a"), reading("a")});
    EXPECT_EQ(write_all(), (Positions{1, 2, 3, 5}));
    EXPECT_EQ(count("conflicts"), 1);
    EXPECT_EQ(position().stored, 5);
    EXPECT_EQ(count("power_monitoring"), 5);
    EXPECT_EQ(lines("cycle_count, duration", "cycle_time"), std::vector<std::string>{"1 00:00:40"});
}

TEST_F(TransactionTest, ReplaysOfRetainedMessagesAreKnown) {
    const auto original = reading("a");
    auto replay = original;
    replay.retained = true;
    receive({reading("a"), original, replay, reading("a")});
    EXPECT_EQ(write_all(), (Positions{2, 4}));
    EXPECT_EQ(position().stored, 3);
    EXPECT_EQ(position().duplicates, 1);
}

TEST_F(TransactionTest, WithoutRegistrationOnlyRegisteredDevicesCount) {
    options.allow_unregistered = false;
    database->execute("INSERT INTO devices (mac_address, mac_key) VALUES ('a', 'a')");
    receive({reading("a"), reading("stranger"), reading("a")});
    EXPECT_EQ(write_all(), Positions{3});
    EXPECT_EQ(position().stored, 2);
    EXPECT_EQ(position().quarantined, 1);
}

TEST_F(TransactionTest, WhatIsStoredAlreadyIsNotStoredAgain) {
    receive({reading("a"), reading("a"), reading("a")});
    EXPECT_EQ(write_after(0), 3);
    EXPECT_EQ(write_after(1), 3);
    EXPECT_EQ(position().stored, 3);
    EXPECT_EQ(count("power_monitoring"), 3);
}

}  // namespace
}  // namespace silaware::ingest
