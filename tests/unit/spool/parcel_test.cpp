#include "spool/parcel.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <numeric>
#include <vector>

#include "support/temp_folder.hpp"

namespace silaware::spool {
namespace {

using core::from_epoch_ms;

Arrival arrival(std::string_view topic, std::string_view payload, std::int64_t ms = 1'700'000'000'000) {
    return {.topic = topic, .payload = payload, .received_at = from_epoch_ms(ms)};
}

std::vector<std::string> payloads(std::span<const Message> messages) {
    std::vector<std::string> result;
    for (const Message& message : messages)
        result.push_back(message.payload);
    return result;
}

std::vector<std::string> waiting(const Spool& spool, std::int64_t after = 0) {
    const auto messages = spool.read(after, 1'000'000, 1 << 30);
    if (!messages) throw std::runtime_error(messages.error().message);
    return payloads(*messages);
}

TEST(Parcel, GivesBackEveryByte) {
    using namespace std::string_literals;
    const std::string binary = "\0\xFF\n'"s;
    std::vector<Arrival> arrivals = {arrival("silaware/power", binary, 1), arrival("", ""),
                                     arrival("silaware/power/sensor", std::string(100'000, 'x'), 3)};
    const std::string large(100'000, 'x');
    arrivals[2].payload = large;
    arrivals[2].retained = true;
    const std::string contents = pack(arrivals);
    Unpacking parcel(contents);
    Arrival message;
    for (const Arrival& expected : arrivals) {
        ASSERT_TRUE(parcel.next(message));
        EXPECT_EQ(message.topic, expected.topic);
        EXPECT_EQ(message.payload, expected.payload);
        EXPECT_EQ(message.received_at, expected.received_at);
        EXPECT_EQ(message.retained, expected.retained);
    }
    EXPECT_FALSE(parcel.next(message));
}

TEST(Parcel, RefusesWhatIsCutAnywhere) {
    const std::vector<Arrival> arrivals = {arrival("silaware/power", "payload")};
    const std::string contents = pack(arrivals);
    for (std::size_t size = 1; size < contents.size(); ++size) {
        Unpacking parcel(std::string_view(contents).substr(0, size));
        Arrival message;
        EXPECT_THROW(parcel.next(message), SqliteError) << size;
    }
}

TEST(Parcel, IsRemovedMessageByMessageOverRestarts) {
    const TempFolder folder;
    std::int64_t full = 0;
    {
        Spool spool = Spool::open(folder.path()).value();
        ASSERT_TRUE(
            spool.append(std::vector{arrival("t", "1", 1), arrival("t", "2", 2), arrival("t", "3", 3)}));
        ASSERT_TRUE(spool.append(std::vector{arrival("t", "4", 4), arrival("t", "5", 5)}));
        full = spool.status().bytes;
        ASSERT_TRUE(spool.remove_through(1));
    }
    for (std::int64_t removed = 1; removed < 5; ++removed) {
        Spool spool = Spool::open(folder.path()).value();
        EXPECT_EQ(waiting(spool).size(), static_cast<std::size_t>(5 - removed));
        EXPECT_EQ(waiting(spool).front(), std::to_string(removed + 1));
        EXPECT_EQ(waiting(spool, 4), std::vector<std::string>{"5"});
        EXPECT_EQ(spool.status().messages, 5 - removed);
        EXPECT_EQ(spool.status().oldest_received_at, from_epoch_ms(removed + 1));
        EXPECT_EQ(spool.status().bytes < full, removed >= 3) << "room is free as soon as a whole parcel is";
        ASSERT_TRUE(spool.remove_through(removed + 1));
    }
    const Spool spool = Spool::open(folder.path()).value();
    EXPECT_EQ(spool.status().bytes, 0);
    EXPECT_EQ(spool.status().messages, 0);
}

/// A batch of a few meters that say nearly the same again and again, as meters do.
std::vector<std::string> telemetry(std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        texts.push_back(R"({"uid":"0E:00:00:00:00:0)" + std::to_string(i % 8) +
                        R"(","meter_data":{"power":[)" + std::to_string(1000 + i * 37 % 900) +
                        R"(.5],"energy":[)" + std::to_string(i) + "]}}");
    }
    return texts;
}

std::vector<Arrival> arrivals_of(const std::vector<std::string>& texts) {
    std::vector<Arrival> arrivals;
    for (std::size_t i = 0; i < texts.size(); ++i)
        arrivals.push_back(arrival("silaware/power", texts[i], 1000 + static_cast<std::int64_t>(i)));
    return arrivals;
}

TEST(Parcel, TelemetryTakesAThirdOfItsSizeOnTheDisk) {
    const TempFolder folder;
    const auto texts = telemetry(500);
    Spool spool = Spool::open(folder.path()).value();
    ASSERT_TRUE(spool.append(arrivals_of(texts)));
    EXPECT_EQ(waiting(spool), texts);
    std::int64_t size = 0;
    for (const Arrival& each : arrivals_of(texts))
        size += footprint(each);
    EXPECT_EQ(spool.status().bytes, size) << "what counts against the limit does not hang on the contents";
    Connection connection(folder.path() / "spool.db");
    EXPECT_EQ(connection.integer("SELECT compressed FROM parcel"), 1);
    EXPECT_LT(connection.integer("SELECT length(contents) FROM parcel"), size / 3);
}

TEST(Parcel, WhatDoesNotCompressStaysAsItIs) {
    const TempFolder folder;
    Spool spool = Spool::open(folder.path()).value();
    ASSERT_TRUE(spool.append(std::vector{arrival("t", "short")}));
    EXPECT_EQ(waiting(spool), std::vector<std::string>{"short"});
    EXPECT_EQ(Connection(folder.path() / "spool.db").integer("SELECT compressed FROM parcel"), 0);
}

/// How many of `count` messages are whole after `sql`, all others and the one of the next parcel being as
/// they should.
std::size_t whole_after(const char* sql, std::size_t count) {
    const TempFolder folder;
    const auto texts = telemetry(count);
    {
        Spool spool = Spool::open(folder.path()).value();
        EXPECT_TRUE(spool.append(arrivals_of(texts)));
    }
    Connection(folder.path() / "spool.db").execute(sql);
    Spool spool = Spool::open(folder.path()).value();
    EXPECT_TRUE(spool.append(std::vector{arrival("t", "next")}));
    const auto messages = spool.read(0, 1'000'000, 1 << 30).value();
    if (messages.size() != count + 1) throw std::runtime_error(std::to_string(messages.size()) + " messages");
    std::size_t whole = 0;
    for (; whole < count && !messages[whole].damaged; ++whole)
        EXPECT_EQ(messages[whole].payload, texts[whole]);
    for (std::size_t i = whole; i < count; ++i) {
        EXPECT_TRUE(messages[i].damaged) << i;
        EXPECT_EQ(messages[i].seq, static_cast<std::int64_t>(i + 1));
        if (i > whole) EXPECT_EQ(messages[i].payload, "");
    }
    EXPECT_EQ(messages[count].payload, "next");
    EXPECT_TRUE(spool.remove_through(static_cast<std::int64_t>(count + 1)));
    return whole;
}

TEST(Parcel, OfADamagedCompressedOneTheBlocksBeforeTheDamageCount) {
    for (const char* sql : {
             "UPDATE parcel SET contents = substr(contents, 1, 10)",
             "UPDATE parcel SET contents = substr(contents, 1, length(contents) - 20)",
             "UPDATE parcel SET contents = x''",
             "UPDATE parcel SET contents = zeroblob(500)",
             "UPDATE parcel SET size = 100",
             "UPDATE parcel SET size = -1",
         }) {
        EXPECT_EQ(whole_after(sql, 40), 0u) << sql;
    }
    EXPECT_EQ(whole_after("UPDATE parcel SET contents = CAST(contents || x'00' AS BLOB)", 40), 40u);
    const std::size_t whole = whole_after(
        "UPDATE parcel SET contents = CAST(substr(contents, 1, length(contents) / 2) AS BLOB) || "
        "x'5A' || CAST(substr(contents, length(contents) / 2 + 2) AS BLOB)",
        4000);
    EXPECT_GT(whole, 1000u);
    EXPECT_LT(whole, 2500u);
}

TEST(Parcel, WhatIsDamagedHoldsNothingElseUp) {
    struct Damage {
        const char* sql;
        std::size_t whole;  // of the three messages of the parcel
    };
    for (const auto& [sql, whole] : {
             Damage{"UPDATE parcel SET contents = substr(contents, 1, length(contents) - 1)", 2},
             Damage{"UPDATE parcel SET contents = contents || x'00'", 2},
             Damage{"UPDATE parcel SET contents = substr(contents, 1, 30)", 1},
             Damage{"UPDATE parcel SET contents = x'00'", 0},
             Damage{"UPDATE parcel SET contents = x''", 0},
         }) {
        const TempFolder folder;
        {
            Spool spool = Spool::open(folder.path()).value();
            ASSERT_TRUE(spool.append(std::vector{arrival("t", "one", 1000), arrival("t", "two", 2000),
                                                 arrival("t", "three", 3000)}));
        }
        Connection(folder.path() / "spool.db").execute(sql);
        Spool spool = Spool::open(folder.path()).value();
        ASSERT_TRUE(spool.append(std::vector{arrival("t", "four")}));
        const auto messages = spool.read(0, 100, 1 << 20).value();
        ASSERT_EQ(messages.size(), 4u) << sql;
        for (std::size_t i = 0; i < 4; ++i) {
            EXPECT_EQ(messages[i].seq, static_cast<std::int64_t>(i + 1)) << sql;
            EXPECT_EQ(messages[i].damaged, i >= whole && i < 3) << sql << i;
        }
        if (whole > 0) EXPECT_EQ(messages[whole].received_at, messages[whole - 1].received_at) << sql;
        EXPECT_EQ(spool.read(2, 1, 1 << 20).value().front().seq, 3) << sql;
        ASSERT_TRUE(spool.remove_through(4));
        EXPECT_EQ(spool.status().messages, 0);
    }
}

TEST(Parcel, ADamagedFileIsNamedWhenItIsOpened) {
    const TempFolder folder;
    {
        Spool spool = Spool::open(folder.path()).value();
        ASSERT_TRUE(spool.append(std::vector{arrival("t", "one")}));
    }
    Connection(folder.path() / "spool.db").execute("DROP TABLE parcel");
    const auto spool = Spool::open(folder.path());
    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code, core::ErrorCode::internal);
    EXPECT_NE(spool.error().message.find((folder.path() / "spool.db").string()), std::string::npos);
}

/// A spool as version 1 wrote it: a row for each message, `seqs` of them.
void write_version_1(const std::filesystem::path& folder, std::span<const std::int64_t> seqs) {
    {
        Spool spool = Spool::open(folder).value();
        ASSERT_TRUE(spool.remove_through(seqs.front() - 1));
    }
    Connection connection(folder / "spool.db");
    connection.execute(
        "DROP TABLE parcel;"
        "CREATE TABLE message (seq INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL, size INTEGER NOT NULL,"
        " retained INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL);"
        "PRAGMA user_version = 1");
    Transaction transaction(connection);
    Statement insert(connection, "INSERT INTO message VALUES (?, ?, ?, ?, 'silaware/power', ?)");
    std::int64_t bytes = 0;
    for (const std::int64_t seq : seqs) {
        const std::string payload = "payload " + std::to_string(seq);
        const std::int64_t size = footprint(arrival("silaware/power", payload));
        insert.bind(1, seq).bind(2, 1000 + seq).bind(3, size).bind(4, seq % 2).bind_bytes(5, payload).run();
        bytes += size;
    }
    Statement(connection, "UPDATE state SET last_seq = ?, bytes = ?, received = ?")
        .bind(1, seqs.back())
        .bind(2, bytes)
        .bind(3, static_cast<std::int64_t>(seqs.size()))
        .run();
    transaction.commit();
}

std::vector<std::int64_t> seqs_of(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> seqs(static_cast<std::size_t>(last - first + 1));
    std::iota(seqs.begin(), seqs.end(), first);
    return seqs;
}

void expect_messages(const Spool& spool, std::span<const std::int64_t> seqs) {
    const auto messages = spool.read(0, 1'000'000, 1 << 30).value();
    ASSERT_EQ(messages.size(), seqs.size());
    for (std::size_t i = 0; i < seqs.size(); ++i) {
        ASSERT_EQ(messages[i].seq, seqs[i]);
        ASSERT_EQ(messages[i].payload, "payload " + std::to_string(seqs[i]));
        ASSERT_EQ(messages[i].topic, "silaware/power");
        ASSERT_EQ(messages[i].received_at, from_epoch_ms(1000 + seqs[i]));
        ASSERT_EQ(messages[i].retained, seqs[i] % 2 == 1);
    }
}

TEST(Parcel, TakesOverTheMessagesOfTheFirstVersion) {
    const TempFolder folder;
    std::vector<std::int64_t> seqs = seqs_of(5, 2504);
    std::ranges::copy(seqs_of(9000, 9099), std::back_inserter(seqs));  // behind a position of the database
    write_version_1(folder.path(), seqs);
    Spool spool = Spool::open(folder.path()).value();
    expect_messages(spool, seqs);
    EXPECT_EQ(spool.status().oldest_received_at, from_epoch_ms(1005));
    EXPECT_EQ(spool.append(std::vector{arrival("t", "new")}).value().first_seq, 9100);
    ASSERT_TRUE(spool.remove_through(9100));
    EXPECT_EQ(spool.status().bytes, 0);
}

/// What version 2 wrote: parcels without the column that tells whether they are compressed.
void make_version_2(const std::filesystem::path& folder) {
    Connection(folder / "spool.db")
        .execute("ALTER TABLE parcel DROP COLUMN compressed; PRAGMA user_version = 2");
}

TEST(Parcel, ReadsTheParcelsOfTheSecondVersionAmongItsOwn) {
    const TempFolder folder;
    {
        Spool spool = Spool::open(folder.path()).value();
        ASSERT_TRUE(spool.append(std::vector{arrival("t", "one", 1), arrival("t", "two", 2)}));
    }
    make_version_2(folder.path());
    const auto texts = telemetry(50);
    {
        Spool spool = Spool::open(folder.path()).value();
        EXPECT_EQ(spool.append(arrivals_of(texts)).value().first_seq, 3);
    }
    const Spool spool = Spool::open(folder.path()).value();
    auto expected = texts;
    expected.insert(expected.begin(), {"one", "two"});
    EXPECT_EQ(waiting(spool), expected);
}

TEST(Parcel, TakesOverWhatTheSecondVersionHadBegunToTakeOver) {
    const TempFolder folder;
    const std::vector<std::int64_t> seqs = seqs_of(1, 2500);
    write_version_1(folder.path(), seqs);
    Connection(folder.path() / "spool.db")
        .execute(
            "CREATE TABLE parcel (last_seq INTEGER PRIMARY KEY, messages INTEGER NOT NULL, "
            "size INTEGER NOT NULL, contents BLOB NOT NULL)");
    const Spool spool = Spool::open(folder.path()).value();
    expect_messages(spool, seqs);
}

TEST(Parcel, GoesOnTakingOverWhereItWasInterrupted) {
    const TempFolder folder;
    const std::vector<std::int64_t> seqs = seqs_of(1, 2500);
    write_version_1(folder.path(), seqs);
    // A message that refuses to be moved stands for the kill.
    Connection(folder.path() / "spool.db")
        .execute(
            "CREATE TRIGGER kill BEFORE DELETE ON message WHEN OLD.seq = 1500 "
            "BEGIN SELECT RAISE(ABORT, 'killed'); END");
    EXPECT_FALSE(Spool::open(folder.path()));
    EXPECT_EQ(Connection(folder.path() / "spool.db").integer("PRAGMA user_version"), 3)
        << "an older build would take the parcels for its own";
    Connection(folder.path() / "spool.db").execute("DROP TRIGGER kill");
    const Spool spool = Spool::open(folder.path()).value();
    expect_messages(spool, seqs);
}

}  // namespace
}  // namespace silaware::spool
