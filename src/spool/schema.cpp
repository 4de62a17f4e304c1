#include "spool/schema.hpp"

#include <random>
#include <vector>

#include <fmt/format.h>

#include "spool/parcel.hpp"

namespace silaware::spool {

namespace {

constexpr std::int64_t application_id = 0x53494C41;  // "SILA"
constexpr std::int64_t version = 3;

// A row of `parcel` holds the messages that were appended together (parcel.hpp), with the seqs last_seq -
// messages + 1 … last_seq. No column that takes room stands behind `contents`, so that the others are read
// without it; `compressed` (0 or 1) takes none. Version 2 had no such column and compressed nothing.
// `state` holds in one row what must change together with an append.
// `receipt` has a row per batch: `entries` is 18 bytes for each seq from first_seq on (packet id,
// fingerprint).
constexpr const char* parcels = R"sql(
CREATE TABLE IF NOT EXISTS parcel (
    last_seq    INTEGER PRIMARY KEY,
    messages    INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    contents    BLOB NOT NULL,
    compressed  INTEGER NOT NULL DEFAULT 0
);
)sql";
constexpr const char* tables = R"sql(
CREATE TABLE receipt (
    first_seq   INTEGER PRIMARY KEY,
    connection  INTEGER NOT NULL,
    entries     BLOB NOT NULL
);
CREATE TABLE state (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    spool_id        TEXT NOT NULL,
    last_seq        INTEGER NOT NULL DEFAULT 0,
    removed_through INTEGER NOT NULL DEFAULT 0,
    bytes           INTEGER NOT NULL DEFAULT 0,
    received        INTEGER NOT NULL DEFAULT 0,
    duplicates      INTEGER NOT NULL DEFAULT 0,
    connection      INTEGER NOT NULL DEFAULT 0,
    session         TEXT NOT NULL DEFAULT ''
);
)sql";

void create(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(parcels);
    connection.execute(tables);
    const std::string id = random_id();
    Statement(connection, "INSERT INTO state (id, spool_id) VALUES (1, ?)").bind_text(1, id).run();
    connection.execute(fmt::format("PRAGMA application_id = {}", application_id).c_str());
    connection.execute(fmt::format("PRAGMA user_version = {}", version).c_str());
    transaction.commit();
}

/// Version 1 had a row for each message. The first of them that make one parcel.
std::vector<Message> read_messages(Connection& connection) {
    std::vector<Message> messages;
    std::int64_t bytes = 0;
    Statement rows(connection,
                   "SELECT seq, received_ms, retained, topic, payload FROM message ORDER BY seq LIMIT 1000");
    while (bytes < 4'000'000 && rows.step()) {
        if (!messages.empty() && rows.integer(0) != messages.back().seq + 1) break;
        messages.push_back({.seq = rows.integer(0),
                            .received_at = core::from_epoch_ms(rows.integer(1)),
                            .retained = rows.integer(2) != 0,
                            .topic = std::string(rows.bytes(3)),
                            .payload = std::string(rows.bytes(4))});
        bytes += std::ssize(messages.back().payload);
    }
    return messages;
}

/// False when no message of version 1 is left. In steps, so that a long backlog needs no room for two of it.
bool move_messages(Connection& connection) {
    const std::vector<Message> messages = read_messages(connection);
    if (messages.empty()) return false;
    std::vector<Arrival> arrivals;
    std::int64_t size = 0;
    for (const Message& message : messages) {
        arrivals.push_back({.topic = message.topic,
                            .payload = message.payload,
                            .received_at = message.received_at,
                            .retained = message.retained});
        size += footprint(arrivals.back());
    }
    const std::int64_t last_seq = messages.back().seq;
    Transaction transaction(connection);
    ParcelInsert(connection).run(last_seq, size, arrivals);
    Statement(connection, "DELETE FROM message WHERE seq <= ?").bind(1, last_seq).run();
    transaction.commit();
    return true;
}

void allow_compressed_parcels(Connection& connection) {
    if (connection.integer("SELECT count(*) FROM pragma_table_info('parcel') WHERE name = 'compressed'") >
        0) {
        return;
    }
    connection.execute("ALTER TABLE parcel ADD COLUMN compressed INTEGER NOT NULL DEFAULT 0");
}

/// Version 1 had no parcels, version 2 none that are compressed. The new number comes first, so that no older
/// build takes for its own what an interrupted upgrade left.
void upgrade(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(parcels);
    allow_compressed_parcels(connection);
    connection.execute(fmt::format("PRAGMA user_version = {}", version).c_str());
    transaction.commit();
}

/// What version 1 left, if it is not all moved yet.
void move_all_messages(Connection& connection) {
    if (connection.integer("SELECT count(*) FROM sqlite_master WHERE name = 'message'") == 0) return;
    while (move_messages(connection)) {
    }
    connection.execute("DROP TABLE message");
}

}  // namespace

std::string random_id() {
    std::random_device source;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", source(), source(), source(), source());
}

void prepare_schema(Connection& connection) {
    const bool fresh = connection.integer("SELECT count(*) FROM sqlite_master") == 0;
    if (fresh) {
        // Both hold only for a file without tables.
        connection.execute("PRAGMA page_size = 8192");
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL");
    }
    connection.execute("PRAGMA journal_mode = WAL");
    if (fresh) create(connection);
    if (connection.integer("PRAGMA application_id") != application_id) {
        throw std::runtime_error("the file is not a spool of silaware");
    }
    if (connection.integer("PRAGMA user_version") > version) {
        throw std::runtime_error("the spool was written by a newer version of silaware");
    }
    if (connection.integer("PRAGMA user_version") < version) upgrade(connection);
    move_all_messages(connection);
}

}  // namespace silaware::spool
