#include "spool/store.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "spool/schema.hpp"

namespace silaware::spool {

namespace {

constexpr std::int64_t parcels_removed_at_once = 10;
constexpr std::int64_t vacuumed_at_once = 2000;  // pages

constexpr std::size_t entry_size = 18;

std::string entries(std::span<const Receipt> receipts) {
    std::string bytes(receipts.size() * entry_size, '\0');
    char* at = bytes.data();
    for (const Receipt& receipt : receipts) {
        std::memcpy(at, &receipt.packet_id, 2);
        std::memcpy(at + 2, &receipt.print.high, 8);
        std::memcpy(at + 10, &receipt.print.low, 8);
        at += entry_size;
    }
    return bytes;
}

Receipt entry(const char* at) {
    Receipt receipt;
    std::memcpy(&receipt.packet_id, at, 2);
    std::memcpy(&receipt.print.high, at + 2, 8);
    std::memcpy(&receipt.print.low, at + 10, 8);
    return receipt;
}

Connection open_for_writing(const std::filesystem::path& file) {
    Connection connection(file);
    prepare_schema(connection);
    connection.execute("PRAGMA synchronous = FULL");
    connection.execute("PRAGMA wal_autocheckpoint = 0");
    connection.execute("PRAGMA cache_size = -16384");
    // Debian has SQLite overwrite with zeros what is deleted; that would write every parcel twice.
    connection.execute("PRAGMA secure_delete = OFF");
    return connection;
}

/// Commits survive the process but not a power cut.
class WithoutSync {
  public:
    explicit WithoutSync(Connection& connection) : connection_(connection) {
        connection_.execute("PRAGMA synchronous = NORMAL");
    }
    ~WithoutSync() {
        sqlite3_exec(connection_.handle(), "PRAGMA synchronous = FULL", nullptr, nullptr, nullptr);
    }
    WithoutSync(const WithoutSync&) = delete;
    WithoutSync& operator=(const WithoutSync&) = delete;

  private:
    Connection& connection_;
};

}  // namespace

Writer::Writer(const std::filesystem::path& file)
    : connection_(open_for_writing(file)),
      insert_parcel_(connection_),
      insert_receipt_(connection_, "INSERT INTO receipt (first_seq, connection, entries) VALUES (?, ?, ?)"),
      forget_receipts_(connection_, "DELETE FROM receipt WHERE first_seq < ?"),
      save_tally_(connection_,
                  "UPDATE state SET last_seq = ?, removed_through = ?, bytes = ?, received = ?, "
                  "duplicates = ?, connection = ?"),
      next_parcels_(connection_,
                    "SELECT count(*), max(last_seq), sum(size) FROM "
                    "(SELECT last_seq, size FROM parcel WHERE last_seq <= ? ORDER BY last_seq LIMIT ?)"),
      delete_parcels_(connection_, "DELETE FROM parcel WHERE last_seq <= ?"),
      select_(connection_) {
    Statement state(connection_,
                    "SELECT spool_id, session, last_seq, removed_through, bytes, received, duplicates, "
                    "connection FROM state");
    if (!state.step()) throw SqliteError(SQLITE_CORRUPT, "the spool has lost its state");
    spool_id_ = state.bytes(0);
    session_ = state.bytes(1);
    tally_ = {.last_seq = state.integer(2),
              .removed_through = state.integer(3),
              .bytes = state.integer(4),
              .received = state.integer(5),
              .duplicates = state.integer(6),
              .connection = state.integer(7)};
}

void Writer::restore(RedeliveryWindow& window) {
    Statement rows(connection_, "SELECT entries FROM receipt ORDER BY first_seq");
    while (rows.step()) {
        const std::string_view bytes = rows.bytes(0);
        for (std::size_t at = 0; at + entry_size <= bytes.size(); at += entry_size) {
            window.restore(entry(bytes.data() + at));
        }
    }
}

void Writer::save(const Tally& tally) {
    save_tally_.bind(1, tally.last_seq)
        .bind(2, tally.removed_through)
        .bind(3, tally.bytes)
        .bind(4, tally.received)
        .bind(5, tally.duplicates)
        .bind(6, tally.connection)
        .run();
}

void Writer::append(std::span<const Arrival> arrivals, std::span<const Receipt> receipts,
                    const Tally& after) {
    Transaction transaction(connection_);
    if (!arrivals.empty()) {
        insert_parcel_.run(after.last_seq, after.bytes - tally_.bytes, arrivals);
        const std::string bytes = entries(receipts);
        insert_receipt_.bind(1, tally_.last_seq + 1).bind(2, after.connection).bind_bytes(3, bytes).run();
        // The row that reaches across this border goes, too.
        forget_receipts_.bind(1, after.last_seq - RedeliveryWindow::capacity).run();
    }
    save(after);
    transaction.commit();
    tally_ = after;
}

void Writer::begin_connection(const Tally& after, std::string_view session, bool keep_receipts) {
    Transaction transaction(connection_);
    if (!keep_receipts) connection_.execute("DELETE FROM receipt");
    Statement(connection_, "UPDATE state SET session = ?").bind_text(1, session).run();
    save(after);
    transaction.commit();
    session_ = session;
    tally_ = after;
}

bool Writer::remove_some(std::int64_t seq) {
    next_parcels_.bind(1, seq).bind(2, parcels_removed_at_once);
    next_parcels_.step();
    const bool more = next_parcels_.integer(0) == parcels_removed_at_once;
    const std::int64_t last = next_parcels_.integer(1);
    const std::int64_t bytes = next_parcels_.integer(2);
    next_parcels_.reset();

    Tally after = tally_;
    after.removed_through = std::max(after.removed_through, more ? last : std::min(seq, after.last_seq));
    after.bytes -= bytes;
    if (after == tally_) return false;
    // The position that made these messages superfluous is safe in the database: no fsync for them.
    const WithoutSync relaxed(connection_);
    Transaction transaction(connection_);
    delete_parcels_.bind(1, last).run();
    save(after);
    transaction.commit();
    tally_ = after;
    return more;
}

void Writer::renew(const Tally& after) {
    const std::string id = random_id();
    Transaction transaction(connection_);
    Statement(connection_, "UPDATE state SET spool_id = ?").bind_text(1, id).run();
    save(after);
    transaction.commit();
    spool_id_ = id;
    tally_ = after;
}

void Writer::skip_to(std::int64_t seq) {
    Tally after = tally_;
    after.last_seq = after.removed_through = seq;
    Transaction transaction(connection_);
    save(after);
    transaction.commit();
    tally_ = after;
}

std::optional<core::Instant> Writer::oldest() {
    std::optional<core::Instant> instant;
    select_.each(tally_.removed_through, [&](std::int64_t, const Arrival& message) {
        instant = message.received_at;
        return false;
    });
    return instant;
}

bool Writer::give_back_free_pages(std::int64_t kept) {
    const std::int64_t free = connection_.integer("PRAGMA freelist_count");
    if (free <= kept) return false;
    Statement(connection_, fmt::format("PRAGMA incremental_vacuum({})", vacuumed_at_once).c_str()).run();
    return connection_.integer("PRAGMA freelist_count") < free;
}

Reader::Reader(const std::filesystem::path& file) : connection_(file), select_(connection_) {
    connection_.execute("PRAGMA query_only = 1");
    connection_.execute("PRAGMA cache_size = -4096");
}

std::vector<Message> Reader::read(std::int64_t after_seq, std::int64_t max_count, std::int64_t max_bytes) {
    std::vector<Message> messages;
    std::int64_t bytes = 0;
    select_.each(after_seq, [&](std::int64_t seq, const Arrival& message) {
        bytes += static_cast<std::int64_t>(message.topic.size() + message.payload.size());
        if (!messages.empty() && bytes > max_bytes) return false;
        messages.push_back({.seq = seq,
                            .received_at = message.received_at,
                            .retained = message.retained,
                            .topic = std::string(message.topic),
                            .payload = std::string(message.payload),
                            .damaged = message.damaged});
        return std::ssize(messages) < max_count;
    });
    return messages;
}

}  // namespace silaware::spool
