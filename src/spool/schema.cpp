#include "spool/schema.hpp"

#include <random>

#include <fmt/format.h>

namespace silaware::spool {

namespace {

constexpr std::int64_t application_id = 0x53494C41;  // "SILA"
constexpr std::int64_t version = 1;

// `message.size` stands before the long columns, so that summing it does not read them.
// `state` holds in one row what must change together with an append.
// `receipt` has a row per batch: `entries` is 18 bytes for each seq from first_seq on (packet id,
// fingerprint).
constexpr const char* tables = R"sql(
CREATE TABLE message (
    seq         INTEGER PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    retained    INTEGER NOT NULL,
    topic       TEXT NOT NULL,
    payload     BLOB NOT NULL
);
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

std::string random_id() {
    std::random_device source;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", source(), source(), source(), source());
}

void create(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(tables);
    const std::string id = random_id();
    Statement(connection, "INSERT INTO state (id, spool_id) VALUES (1, ?)").bind_text(1, id).run();
    connection.execute(fmt::format("PRAGMA application_id = {}", application_id).c_str());
    connection.execute(fmt::format("PRAGMA user_version = {}", version).c_str());
    transaction.commit();
}

}  // namespace

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
}

}  // namespace silaware::spool
