#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "spool/spool.hpp"
#include "spool/sqlite.hpp"

namespace silaware::spool {

/// Bytes that a message counts against the limit: its own and some for what is kept beside it.
std::int64_t footprint(const Arrival& arrival);

/// The bytes of messages that were appended together, one behind the other. A row for many messages costs a
/// fraction of a row for each: to write, to read, and above all to delete. What belongs to a connection alone
/// (packet id, redelivery) is not kept.
std::string pack(std::span<const Arrival> arrivals);

/// Takes the messages out of a parcel again, in their order.
class Unpacking {
  public:
    /// `contents` must outlive this and what next() gives.
    explicit Unpacking(std::string_view contents) : rest_(contents) {}

    /// False at the end. Throws SqliteError (SQLITE_CORRUPT) if the bytes are not those of a parcel.
    bool next(Arrival& message);
    /// The same, but where the bytes are not those of a message, or the last one leaves some over, all that
    /// is left comes as one damaged message, with the time of the one before it; behind it come empty ones.
    Arrival next_or_damaged(bool is_last);

  private:
    std::string_view take(std::size_t count);

    std::string_view rest_;
    std::optional<core::Instant> received_at_;
};

/// Stores a parcel, compressed if that makes it smaller.
class ParcelInsert {
  public:
    explicit ParcelInsert(Connection& connection);
    /// Of messages that end with `last_seq` and take `size` bytes of the limit. Not for none.
    void run(std::int64_t last_seq, std::int64_t size, std::span<const Arrival> arrivals);

  private:
    Statement statement_;
};

/// Gives the messages of all parcels.
class ParcelSelect {
  public:
    /// False: enough. The views live until it returns.
    using Take = std::function<bool(std::int64_t seq, const Arrival& message)>;

    explicit ParcelSelect(Connection& connection);
    /// The messages behind `after_seq` in their order, until `take` has enough; damaged ones where a parcel
    /// does not hold what its row says, so that those of other parcels are not held up.
    void each(std::int64_t after_seq, const Take& take);

  private:
    /// Of the row that the statement is at.
    Unpacking unpack();

    Statement statement_;
    std::string plain_;
};

}  // namespace silaware::spool
