#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

struct Cells {
    std::int64_t id;
    std::optional<std::string> text;
    std::optional<float> single;
    std::optional<double> real;
};

class DatabaseTest : public testing::Test {
  protected:
    DatabaseTest() : database(false) {
        database->acquire()->run_script(
            "CREATE TABLE cells (id BIGINT PRIMARY KEY, text MEDIUMTEXT NULL, single FLOAT NULL, `real` "
            "DOUBLE NULL, "
            "UNIQUE INDEX by_text (text(50)))");
    }
    std::vector<Cells> all() {
        return database->select<Cells>("SELECT id, text, single, `real` FROM cells ORDER BY id");
    }
    tests::FreshDatabase database;
};

TEST_F(DatabaseTest, BulkRowsComeBackAsTheyWere) {
    std::vector<Cells> rows;
    for (int i = 0; i < 3000; ++i) {
        rows.push_back({i, i % 3 ? std::optional("naïve 電 " + std::to_string(i)) : std::nullopt,
                        i % 2 ? std::optional(220.1f) : std::nullopt,
                        i % 5 ? std::optional(1e17 + i) : std::nullopt});
    }
    database->transaction([&](Connection& connection) {
        connection.bulk("INSERT INTO cells (id, text, single, `real`) VALUES (?, ?, ?, ?)", rows);
    });
    const auto found = all();
    ASSERT_EQ(found.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(found[i].text, rows[i].text);
        EXPECT_EQ(found[i].single, rows[i].single);
        EXPECT_EQ(found[i].real, rows[i].real);
    }
}

TEST_F(DatabaseTest, StatementsThatAreUsedOnceDontPushOutThoseThatAreUsedAgain) {
    const auto connection = database->acquire();
    const auto prepared = [&](const std::string& name) {
        return *connection->select_one<std::int64_t>(
            "SELECT CAST(variable_value AS SIGNED) FROM information_schema.session_status WHERE "
            "variable_name = ?",
            name);
    };
    const auto use = [&](int number) {
        connection->select_one<std::int64_t>("SELECT " + std::to_string(number));
    };
    for (int i = 0; i < 1000; ++i) {
        use(-1);
        use(i);
    }
    EXPECT_LT(prepared("COM_STMT_PREPARE") - prepared("COM_STMT_CLOSE"), 100);
    const auto before = prepared("COM_STMT_PREPARE");
    use(-1);
    EXPECT_EQ(prepared("COM_STMT_PREPARE"), before);
}

class OutageTest : public DatabaseTest {
  protected:
    DatabaseOptions refusing(std::chrono::milliseconds retry_every) {
        auto options = database.options();
        options.after_outage = AfterOutage::refuse;
        options.connect_timeout = options.io_timeout = std::chrono::seconds{0};
        options.retry_every = retry_every;
        return options;
    }
    /// Its connection dies in the middle of a query.
    static void suffer_outage(Database& pool) {
        EXPECT_THROW(pool.execute("KILL CONNECTION_ID()"), DatabaseUnavailable);
    }
};

TEST_F(OutageTest, AfterOneEverybodyIsRefusedAtOnce) {
    Database pool(refusing(std::chrono::hours{1}));
    suffer_outage(pool);
    for (int i = 0; i < 100; ++i)
        EXPECT_THROW(pool.acquire(), DatabaseUnavailable);
}

TEST_F(OutageTest, OneMayTryAndWhoGetsAnAnswerLetsTheOthersIn) {
    Database pool(refusing(std::chrono::milliseconds{0}));
    suffer_outage(pool);
    EXPECT_EQ(pool.select_one<std::int64_t>("SELECT 1"), 1);
    const auto first = pool.acquire();
    EXPECT_EQ(pool.select_one<std::int64_t>("SELECT 2"), 2);
}

TEST_F(OutageTest, TheServerGivesUpWhatNobodyWaitsForAnyMore) {
    auto options = refusing(std::chrono::hours{1});
    options.io_timeout = std::chrono::seconds{2};
    Database pool(options);
    database->execute("INSERT INTO cells (id) VALUES (1)");
    const auto other = database->acquire();
    other->run_script("LOCK TABLES cells WRITE");
    EXPECT_THROW(pool.select<std::int64_t>("SELECT id FROM cells"), DatabaseUnavailable);
    const auto waiting = [&] {
        return *other->select_one<std::int64_t>(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting%lock' AND db = "
            "DATABASE()");
    };
    while (waiting() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    other->run_script("UNLOCK TABLES");
}

TEST_F(OutageTest, AStatementThatTakesTooLongIsNoOutage) {
    auto options = refusing(std::chrono::hours{1});
    options.io_timeout = std::chrono::seconds{2};
    Database pool(options);
    const auto whose = [&] { return *pool.select_one<std::int64_t>("SELECT CONNECTION_ID()"); };
    const auto before = whose();
    constexpr std::string_view slow = "SELECT seq + SLEEP(?) FROM seq_1_to_3";
    EXPECT_THROW(pool.select<std::int64_t>(slow, 3), DatabaseUnavailable);
    EXPECT_THROW(pool.transaction([&](Connection& of) { of.select<std::int64_t>(slow, 3); }),
                 DatabaseUnavailable);
    EXPECT_EQ(whose(), before);
    EXPECT_EQ(pool.select<std::int64_t>(slow, 0).size(), 3U);
}

TEST_F(OutageTest, WhereTheServerGivesFewerConnectionsTheyGoFromHandToHand) {
    auto options = refusing(std::chrono::hours{1});
    options.user = options.name;
    database->execute("CREATE USER '" + options.user + "'@'localhost' WITH MAX_USER_CONNECTIONS 2");
    database->execute("GRANT SELECT ON " + options.name + ".* TO '" + options.user + "'@'localhost'");
    Database pool(options);
    std::atomic<int> answers = 0;
    {
        std::vector<std::jthread> people;
        for (int i = 0; i < 8; ++i) {
            people.emplace_back([&] {
                try {
                    for (int question = 0; question < 20; ++question)
                        answers += *pool.select_one<int>("SELECT 1 + SLEEP(0.001)");
                } catch (const DatabaseError&) {
                    // Told by the answers that are missing.
                }
            });
        }
    }
    EXPECT_EQ(answers, 8 * 20);
    database->execute("DROP USER '" + options.user + "'@'localhost'");
}

TEST_F(OutageTest, AnotherPoolTriesAgain) {
    suffer_outage(*database);
    EXPECT_EQ(database->select_one<std::int64_t>("SELECT 1"), 1);
}

TEST_F(DatabaseTest, BulkRowsFitIntoThePacketsThatTheServerTakes) {
    const auto usual = *database->select_one<std::int64_t>("SELECT @@GLOBAL.max_allowed_packet");
    database->execute("SET GLOBAL max_allowed_packet = 1048576");
    std::vector<Cells> rows;
    for (int i = 0; i < 100; ++i)
        rows.push_back({i, std::to_string(i) + std::string(30'000, 'x'), std::nullopt, std::nullopt});
    {
        Database of_small_packets(database.options());
        of_small_packets.acquire()->bulk("INSERT INTO cells (id, text, single, `real`) VALUES (?, ?, ?, ?)",
                                         rows);
    }
    database->execute("SET GLOBAL max_allowed_packet = ?", usual);
    EXPECT_EQ(all().size(), rows.size());
}

TEST_F(DatabaseTest, AStatementRunsOnceAgainAfterABulkRun) {
    constexpr auto insert = "INSERT INTO cells (id, text, single, `real`) VALUES (?, ?, ?, ?)";
    auto connection = database->acquire();
    connection->bulk(insert, std::vector<Cells>{{1, "a", 1.f, 1.}, {2, "b", 2.f, 2.}});
    connection->execute(insert, 3, "c", 3.5, std::nullopt);
    EXPECT_EQ(all().size(), 3u);
}

struct Times {
    std::int64_t id;
    std::optional<core::Instant> instant;
    std::optional<core::LocalTime> wall_clock;
};

TEST_F(DatabaseTest, BulkTimesAreThoseOfTheirClocks) {
    database->execute(
        "CREATE TABLE times (id INT PRIMARY KEY, instant TIMESTAMP(3) NULL, wall_clock DATETIME NULL)");
    constexpr auto day = [](int year, unsigned month, unsigned of_month) {
        return date::local_days{date::year{year} / date::month{month} / date::day{of_month}};
    };
    const std::vector<Times> rows = {
        {1, core::from_epoch_ms(1'790'000'000'007), day(2026, 2, 28) + std::chrono::seconds{86'399}},
        {2, core::from_epoch_ms(1'000), day(9999, 12, 31) + std::chrono::seconds{0}},
        {3, std::nullopt, day(1, 1, 1) + std::chrono::seconds{1}},
        {4, core::from_epoch_ms(951'782'400'999), std::nullopt}};
    database->acquire()->bulk("INSERT INTO times (id, instant, wall_clock) VALUES (?, ?, ?)", rows);
    const auto found = database->select<std::string>(
        "SELECT CONCAT_WS('|', id, CAST(ROUND(UNIX_TIMESTAMP(instant) * 1000) AS SIGNED), wall_clock) FROM "
        "times ORDER BY id");
    EXPECT_EQ(found,
              (std::vector<std::string>{"1|1790000000007|2026-02-28 23:59:59", "2|1000|9999-12-31 00:00:00",
                                        "3|0001-01-01 00:00:01", "4|951782400999"}));
}

TEST_F(DatabaseTest, LongTextsAreReadWhole) {
    const std::string text(300'000, 'x');
    database->execute("INSERT INTO cells (id, text) VALUES (1, ?)", text);
    database->execute("INSERT INTO cells (id, text) VALUES (2, 'short')");
    const auto rows = all();
    EXPECT_EQ(rows[0].text, text);
    EXPECT_EQ(rows[1].text, "short");
}

TEST_F(DatabaseTest, AViolatedKeyIsKnownByItsName) {
    database->execute("INSERT INTO cells (id, text) VALUES (1, 'a')");
    try {
        database->execute("INSERT INTO cells (id, text) VALUES (2, 'a')");
        FAIL() << "the unique key let it through";
    } catch (const DatabaseError& error) {
        EXPECT_TRUE(error.violates("by_text"));
        EXPECT_FALSE(error.violates("PRIMARY"));
        EXPECT_TRUE(error.is_data_error());
    }
}

TEST_F(DatabaseTest, RefusedValuesAreToldFromAServerThatRefusesAny) {
    for (const unsigned code : {1048U, 1062U, 1264U, 1452U, 1526U, 1644U, 4025U})
        EXPECT_TRUE(DatabaseError(code, "").is_data_error()) << code;
    for (const unsigned code :
         {1021U, 1054U, 1114U, 1142U, 1146U, 1205U, 1213U, 1290U, 1317U, 1364U, 1712U, 1814U, 1969U, 2006U})
        EXPECT_FALSE(DatabaseError(code, "").is_data_error()) << code;
}

TEST_F(DatabaseTest, AThrowInATransactionRollsItBack) {
    EXPECT_THROW(database->transaction([](Connection& connection) {
        connection.execute("INSERT INTO cells (id) VALUES (1)");
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_TRUE(all().empty());
}

TEST_F(DatabaseTest, AStreamStopsWhenItsReaderHasEnough) {
    for (int i = 0; i < 50; ++i)
        database->execute("INSERT INTO cells (id) VALUES (?)", i);
    int seen = 0;
    database->acquire()->stream<std::int64_t>(
        "SELECT id FROM cells WHERE id >= ? ORDER BY id", [&](std::int64_t) { return ++seen < 5; }, 10);
    EXPECT_EQ(seen, 5);
    // The connection was given up rather than read to its end; the pool has another.
    EXPECT_EQ(database->select_one<std::int64_t>("SELECT COUNT(*) FROM cells"), 50);
}

TEST_F(DatabaseTest, AKilledConnectionIsReplaced) {
    const auto id = database->select_one<std::int64_t>("SELECT CONNECTION_ID()");
    {
        Connection killer(database.options(), "");
        killer.run_script("KILL " + std::to_string(*id));
    }
    EXPECT_THROW(database->select_one<std::int64_t>("SELECT 1"), DatabaseUnavailable);
    EXPECT_EQ(database->select_one<std::int64_t>("SELECT 1"), 1);
}

TEST(Database, ThatNobodyServesIsUnavailable) {
    DatabaseOptions options;
    options.socket = "/nonexistent/db.sock";
    Database database(options);
    EXPECT_THROW(database.acquire(), DatabaseUnavailable);
}

TEST(Migrations, CanRunAgainOnWhatTheyMade) {
    tests::FreshDatabase database;
    auto connection = database->acquire();
    EXPECT_EQ(schema_version(*connection), newest_schema_version());
    EXPECT_TRUE(require_current_schema(*connection));
    connection->run_script("DELETE FROM schema_migrations");
    ASSERT_TRUE(migrate(*connection, [](const std::string&) {}));
    EXPECT_EQ(schema_version(*connection), newest_schema_version());
}

TEST(Migrations, RunOneThatCameLateWithALowerNumber) {
    tests::FreshDatabase database;
    auto connection = database->acquire();
    connection->run_script("DELETE FROM schema_migrations WHERE number = 10");
    connection->run_script("ALTER TABLE meter_states DROP COLUMN energy_limit, DROP COLUMN co2_limit");
    const auto schema = require_current_schema(*connection);
    ASSERT_FALSE(schema);
    EXPECT_NE(schema.error().message.find("0010"), std::string::npos);
    std::vector<std::string> steps;
    ASSERT_TRUE(migrate(*connection, [&](const std::string& step) { steps.push_back(step); }));
    EXPECT_EQ(steps.size(), 1u);
    EXPECT_TRUE(require_current_schema(*connection));
    EXPECT_NO_THROW(connection->run_script("SELECT energy_limit, co2_limit FROM meter_states"));
}

TEST(Migrations, RefuseANewerDatabase) {
    tests::FreshDatabase database;
    auto connection = database->acquire();
    connection->run_script("INSERT INTO schema_migrations (number, name) VALUES (9999, 'later')");
    EXPECT_FALSE(require_current_schema(*connection));
    EXPECT_FALSE(migrate(*connection, [](const std::string&) {}));
}

}  // namespace
}  // namespace silaware::storage
