#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spool/parcel.hpp"
#include "spool/redelivery.hpp"
#include "spool/spool.hpp"
#include "spool/sqlite.hpp"

namespace silaware::spool {

/// The row `state`.
struct Tally {
    std::int64_t last_seq = 0;
    std::int64_t removed_through = 0;
    std::int64_t bytes = 0;
    std::int64_t received = 0;
    std::int64_t duplicates = 0;
    std::int64_t connection = 0;

    bool operator==(const Tally&) const = default;
};

/// The statements that write, on one connection. Not for several threads; throws SqliteError.
class Writer {
  public:
    explicit Writer(const std::filesystem::path& file);

    const std::string& spool_id() const { return spool_id_; }
    const std::string& session() const { return session_; }
    const Tally& tally() const { return tally_; }
    void restore(RedeliveryWindow& window);

    /// One durable transaction: the messages, their receipts, the tally behind them.
    void append(std::span<const Arrival> arrivals, std::span<const Receipt> receipts, const Tally& after);
    void begin_connection(const Tally& after, std::string_view session, bool keep_receipts);
    /// Forgets messages up to `seq`, and deletes a limited number of parcels that have no other; false when
    /// there is no more of these. Need not be durable.
    bool remove_some(std::int64_t seq);
    /// Another id, chosen anew; durable when it returns.
    void renew(const Tally& after);
    /// Numbering goes on behind `seq`.
    void skip_to(std::int64_t seq);
    std::optional<core::Instant> oldest();
    /// Shrinks the file by a part of its free pages while it has more than `kept`; false if it has not.
    bool give_back_free_pages(std::int64_t kept = 4000);

    Connection& connection() { return connection_; }

  private:
    void save(const Tally& tally);

    Connection connection_;
    std::string spool_id_;
    std::string session_;
    Tally tally_;
    ParcelInsert insert_parcel_;
    Statement insert_receipt_;
    Statement forget_receipts_;
    Statement save_tally_;
    Statement next_parcels_;
    Statement delete_parcels_;
    ParcelSelect select_;
};

/// The statement that reads, on a connection of its own, so that reading and writing do not wait for each
/// other.
class Reader {
  public:
    explicit Reader(const std::filesystem::path& file);
    std::vector<Message> read(std::int64_t after_seq, std::int64_t max_count, std::int64_t max_bytes);

  private:
    Connection connection_;
    ParcelSelect select_;
};

}  // namespace silaware::spool
