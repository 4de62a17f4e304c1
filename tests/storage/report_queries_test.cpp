#include "storage/report_queries.hpp"

#include <gtest/gtest.h>

#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

class ReportQueriesTest : public testing::Test {
  protected:
    ReportQueriesTest() {
        connection->execute(
            "INSERT INTO devices (mac_address, mac_key, location) VALUES ('AA:BB:CC:DD:EE:00', "
            "'aa:bb:cc:dd:ee:00', 'Boiler 1')");
        for (int i = 0; i < 6; ++i) {
            connection->execute(
                "INSERT INTO utils (mac_address, start, stop, cycle_count, total_run) VALUES (?, ?, ?, ?, "
                "10)",
                i % 2 == 0 ? "AA:BB:CC:DD:EE:00" : "AA:BB:CC:DD:EE:01", 1000 + i / 2, 2000 - i, i);
        }
    }
    std::vector<std::int64_t> ids(const RunFilter& filter, const RunOrder& order = {}) {
        std::vector<std::int64_t> found;
        for (const auto& run : find_runs(*connection, filter, order, {1, 100, ""}))
            found.push_back(run.id);
        std::vector<std::int64_t> streamed;
        stream_runs(*connection, filter, order, [&](const ReportedRun& run) {
            streamed.push_back(run.id);
            return true;
        });
        EXPECT_EQ(found, streamed);
        EXPECT_EQ(sum_runs(*connection, filter).runs, static_cast<std::int64_t>(found.size()));
        return found;
    }
    using Ids = std::vector<std::int64_t>;

    tests::FreshDatabase database;
    Database::Lease connection = database->acquire();
};

TEST_F(ReportQueriesTest, AreNewestFirstUnlessSorted) {
    EXPECT_EQ(ids({}), (Ids{6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(ids({}, {RunColumn::stop, Direction::ascending}), (Ids{6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(ids({}, {RunColumn::mac_address, Direction::ascending}), (Ids{1, 3, 5, 2, 4, 6}));
}

TEST_F(ReportQueriesTest, AreFilteredByDeviceTimeAndText) {
    EXPECT_EQ(ids({.devices = {"aa:bb:cc:dd:ee:01"}}), (Ids{6, 4, 2}));
    EXPECT_EQ(ids({.devices = {"AA:BB:CC:DD:EE:00", "AA:BB:CC:DD:EE:01"}}).size(), 6u);
    EXPECT_EQ(ids({.start_from = 1001, .start_before = 1002}), (Ids{4, 3}));
    EXPECT_EQ(ids({.devices = {"AA:BB:CC:DD:EE:00"}, .start_from = 1001, .search = "boiler"}), (Ids{5, 3}));
    EXPECT_EQ(ids({.search = "%"}).size(), 0u);
    EXPECT_THROW(ids({.devices = std::vector<std::string>(65, "x")}), std::invalid_argument);
}

TEST_F(ReportQueriesTest, SumTheWholeSelectionAndNameTheLocation) {
    const auto sums = sum_runs(*connection, {.devices = {"AA:BB:CC:DD:EE:00"}});
    EXPECT_EQ(sums.runs, 3);
    EXPECT_EQ(sums.run_seconds, 30);
    EXPECT_EQ(sum_runs(*connection, {.start_from = 5000}).run_seconds, 0);
    EXPECT_EQ(find_runs(*connection, {}, {}, {2, 2, ""}).at(0).location, "");
    EXPECT_EQ(find_runs(*connection, {}, {}, {2, 2, ""}).at(0).id, 4);
    EXPECT_EQ(find_runs(*connection, {}, {}, {3, 2, ""}).at(1).location, "Boiler 1");
}

TEST_F(ReportQueriesTest, AStreamThatIsLeftEarlyGivesItsConnectionUpInsteadOfReadingOn) {
    int seen = 0;
    stream_runs(*connection, {}, {}, [&](const ReportedRun&) { return ++seen < 2; });
    EXPECT_EQ(seen, 2);
    EXPECT_TRUE(connection->broken());
}

}  // namespace
}  // namespace silaware::storage
