#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "ingest/batch.hpp"
#include "storage/known_device_store.hpp"
#include "storage/spool_position_store.hpp"

namespace silaware::ingest {

/// A copy of this spool is in use elsewhere, or this one is a copy put back: the database goes on under its
/// id with messages that it does not have. Those up to `own_through` are stored; the ones behind are its own.
class SpoolShared : public std::runtime_error {
  public:
    explicit SpoolShared(std::int64_t through)
        : std::runtime_error("a copy of the spool goes on under the same id"), own_through(through) {}
    std::int64_t own_through;
};

/// Writes batches of one spool into the database: rows, everything derived and the spool's position in one
/// transaction, so that each message counts exactly once whatever is killed.
class BatchWriter {
  public:
    BatchWriter(storage::Database& database, const Options& options, std::string spool_id)
        : database_(database), options_(options), spool_id_(std::move(spool_id)) {}

    /// What the database says of the spool. `received_so_far` is for a database that does not know it: its
    /// messages up to `first_waiting - 1` went to another one. One that knows fewer of them has been restored
    /// to an older state; they stay counted as stored. Throws DatabaseError.
    /// `newest_before` is the newest seq that the spool had when this process opened it, given as long as
    /// nobody can have stored more: a database that says more knows another copy of the spool (SpoolShared).
    storage::SpoolPosition position(std::int64_t first_waiting, std::int64_t received_so_far,
                                    std::optional<std::int64_t> newest_before = std::nullopt);

    /// Parses from the front of `messages` (in order of their seq) what makes one batch. Needs no database,
    /// and may run in another thread than write().
    Batch prepare(std::span<const spool::Message> messages) const;

    /// The batch that follows the last one, null if there is none now. Valid until the next call.
    using Next = std::function<Batch*()>;

    /// Stores the batch and answers the new position. The batches that `next` answers are stored in the same
    /// transaction where they can be: what a transaction saves for each meter is saved once for all of them.
    /// The position tells which were. A message that the database refuses, or that breaks what is derived
    /// from it, is found by halving and goes into quarantine alone. Throws DatabaseUnavailable; then
    /// position() knows how much of it is stored. Throws SpoolShared when somebody else moved the position.
    storage::SpoolPosition write(Batch batch, const Next& next = {});

    /// The spool has another id now.
    void continue_as(std::string spool_id);

    /// The same for all of `messages`, in as many transactions as it takes.
    storage::SpoolPosition write(std::span<const spool::Message> messages);

  private:
    storage::SpoolPosition write_whole(Batch& batch, const Next& next);
    storage::SpoolPosition write_refused(std::span<const spool::Message> message, std::string_view what,
                                         const std::exception& error);
    void reject_unregistered(Batch& batch);
    void reject_purged(storage::Connection& connection, Batch& batch, core::Instant now);
    /// The devices to lock for a batch and those that may follow it, by their keys.
    std::vector<core::DeviceId> devices_to_lock(const Batch& batch, bool others_follow);
    void remember(std::span<const core::DeviceId> ids);
    class Transaction;
    void add_following(Transaction& transaction, const Next& next, core::Instant now);
    void log_rejected(const std::vector<Rejected>& rejected);

    storage::Database& database_;
    const Options& options_;
    std::string spool_id_;
    storage::KnownDeviceStore known_;
    std::map<std::string, core::DeviceId> recent_;  ///< devices of late, by their keys, while batches follow
    std::optional<std::int64_t> sure_;              ///< the position as we know it, while nobody may move it
    std::int64_t alone_through_ = 0;                ///< batches up to this seq get transactions of their own
    std::optional<std::chrono::steady_clock::time_point> logged_;
    std::size_t unlogged_ = 0;
};

}  // namespace silaware::ingest
