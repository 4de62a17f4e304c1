#include "storage/purge.hpp"

#include <gtest/gtest.h>

#include "storage/receipt_blocks.hpp"
#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

class PurgeTest : public testing::Test {
  protected:
    /// A row a minute from day 0 on, in the order of receipt but for every thousandth, which came 100 days
    /// late.
    void fill(int rows) {
        database->execute(
            "INSERT INTO power_monitoring (uid, power, timestamp) SELECT 'm', seq, FROM_UNIXTIME(? / 1000) + "
            "INTERVAL seq MINUTE - INTERVAL IF(seq % 1000 = 0, 100, 0) DAY FROM seq_1_to_1000000 WHERE seq "
            "<= ?",
            core::epoch_ms(start), rows);
    }
    std::int64_t purge_quietly(core::Instant cutoff, Search search = Search::listed) {
        return purge_before(*database, order(cutoff, search), {}, [](const auto&) {});
    }
    PurgeOrder order(core::Instant cutoff, Search search = Search::listed) const {
        return {{cutoff, cutoff, cutoff}, zone, search};
    }
    std::int64_t purge(core::Instant cutoff) {
        const std::int64_t old = older_than(cutoff);
        const std::int64_t before = all();
        const auto deleted = purge_quietly(cutoff);
        EXPECT_EQ(deleted, old);
        EXPECT_EQ(older_than(cutoff), 0);
        EXPECT_EQ(all(), before - old);
        return deleted;
    }
    std::int64_t older_than(core::Instant at) {
        return *database->select_one<std::int64_t>(
            "SELECT COUNT(*) FROM power_monitoring WHERE timestamp < FROM_UNIXTIME(? / 1000)",
            core::epoch_ms(at));
    }
    std::int64_t all() {
        return *database->select_one<std::int64_t>("SELECT COUNT(*) FROM power_monitoring");
    }
    std::int64_t blocks() {
        return *database->select_one<std::int64_t>("SELECT COUNT(*) FROM receipt_blocks");
    }

    /// Blocks in front of all rows, as many as make the list of a long table.
    void pretend_long_table() {
        database->execute(
            "INSERT INTO receipt_blocks (last_id, after_id, oldest_ms) SELECT -seq, -seq - 1, ? FROM "
            "seq_1_to_1001",
            core::epoch_ms(start + 1000 * day));
    }
    std::int64_t oldest_id() {
        return *database->select_one<std::int64_t>("SELECT MIN(id) FROM power_monitoring");
    }
    std::int64_t newest_id() {
        return *database->select_one<std::int64_t>("SELECT MAX(id) FROM power_monitoring");
    }
    void age(std::int64_t id) {
        database->execute("UPDATE power_monitoring SET timestamp = FROM_UNIXTIME(? / 1000) WHERE id = ?",
                          core::epoch_ms(start - 120 * day), id);
    }

    static constexpr auto day = std::chrono::hours{24};
    tests::FreshDatabase database;
    const core::SiteZone zone = core::SiteZone::find("Asia/Jakarta").value();
    const core::Instant start = core::from_epoch_ms(1'790'000'000'000);
};

TEST_F(PurgeTest, EveryOldRowGoesAndNoOtherHoweverTheyCameIn) {
    fill(150'000);
    EXPECT_EQ(purge(start), 143);
    EXPECT_GE(blocks(), 4);
    for (const int days : {1, 9, 9, 40})
        purge(start + days * day);
    fill(20'000);
    for (const int days : {41, 90})
        purge(start + days * day);
    EXPECT_GT(all(), 10'000);
}

TEST_F(PurgeTest, RowsThatOtherProgramsAgeInAShortTableAreFoundAtOnce) {
    fill(130'000);
    purge(start - 50 * day);
    age(newest_id() - 5);
    age(oldest_id() + 5);
    EXPECT_EQ(purge(start - 50 * day), 2);
}

TEST_F(PurgeTest, RowsThatOtherProgramsAgeInALongTableAreFoundInAMonth) {
    fill(130'000);
    purge(start - 50 * day);
    pretend_long_table();
    age(newest_id() - 5);
    EXPECT_EQ(purge(start - 50 * day), 1);
    age(oldest_id() + 5);
    EXPECT_EQ(purge_quietly(start - 50 * day), 0);
    EXPECT_GT(purge_quietly(start - 19 * day), 1);
    EXPECT_EQ(older_than(start - 19 * day), 0);
}

TEST_F(PurgeTest, ALookAtEveryRowFindsWhatOtherProgramsAgedInALongTable) {
    fill(130'000);
    purge(start - 50 * day);
    pretend_long_table();
    age(oldest_id() + 5);
    EXPECT_EQ(purge_quietly(start - 50 * day), 0);
    EXPECT_EQ(purge_quietly(start - 50 * day, Search::every_row), 1);
}

TEST_F(PurgeTest, StopsWhenToldAndGoesOnLater) {
    fill(120'000);
    int calls = 0;
    std::stop_source stop;
    const auto deleted = purge_before(*database, order(start + 9 * day), stop.get_token(), [&](const auto&) {
        if (++calls == 3) stop.request_stop();
    });
    EXPECT_EQ(calls, 3);
    EXPECT_LT(deleted, older_than(start + 9 * day));
    purge(start + 9 * day);
}

TEST_F(PurgeTest, BlocksThatAnotherProcessListsMeanwhileArePurgedToo) {
    fill(150'000);
    const core::Instant cutoff = start + 20 * day;
    const std::int64_t old = older_than(cutoff);
    const auto list_all = [&](const PurgeProgress&) {
        while (list_block(*database->acquire())) {
        }
    };
    EXPECT_EQ(purge_before(*database, order(cutoff), {}, list_all), old);
    EXPECT_EQ(older_than(cutoff), 0);
}

TEST_F(PurgeTest, ClearedAlertsAndTheAuditLogHaveCutoffsOfTheirOwn) {
    database->execute(
        "INSERT INTO alerts (kind, device, message, raised_ms, cleared_ms) VALUES ('offline', 'old', '', 1, "
        "?), "
        "('offline', 'kept', '', 1, ?), ('offline', 'open', '', 1, NULL)",
        core::epoch_ms(start - day), core::epoch_ms(start));
    database->execute(
        "INSERT INTO audit_log (at_ms, account, address, action, subject) VALUES (?, 'a', '', '', ''), (?, "
        "'b', '', '', '')",
        core::epoch_ms(start), core::epoch_ms(start + day));
    const PurgeOrder longer{{start + 9 * day, start, start + day}, zone, Search::listed};
    EXPECT_EQ(purge_before(*database, longer, {}, [](const auto&) {}), 2);
    EXPECT_EQ(database->select<std::string>("SELECT device FROM alerts ORDER BY id"),
              (std::vector<std::string>{"kept", "open"}));
    EXPECT_EQ(database->select<std::string>("SELECT account FROM audit_log"), std::vector<std::string>{"b"});
}

TEST_F(PurgeTest, RowsOfTransactionsStillOpenAreNotListed) {
    fill(50'000);
    EXPECT_FALSE(list_block(*database->acquire()));
    EXPECT_EQ(unlisted_ids(*database->acquire()).after_id, 0);
}

}  // namespace
}  // namespace silaware::storage
