#include "ingest/batch_writer.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "ingest/climate_ingest.hpp"
#include "ingest/power_ingest.hpp"
#include "ingest/retained_replays.hpp"
#include "ingest/run_ingest.hpp"
#include "storage/purge.hpp"
#include "storage/quarantine_store.hpp"

namespace silaware::ingest {

namespace {

constexpr std::chrono::minutes log_again{1};
constexpr std::size_t most_recent = 5'000;  // devices to lock, and to hold in memory

const core::DeviceId& id_of(const domain::PowerMessage& message) {
    return message.uid;
}
const core::DeviceId& id_of(const domain::RunMessage& run) {
    return run.id;
}
const core::DeviceId& id_of(const domain::ClimateMessage& message) {
    return message.id;
}

Batch refuse(std::span<const spool::Message> messages, const std::string& reason) {
    Batch batch;
    batch.messages = messages;
    for (const spool::Message& message : messages)
        batch.rejected.push_back({&message, core::fingerprint(message.topic, message.payload), reason});
    return batch;
}

void quarantine(storage::Connection& connection, const std::vector<Rejected>& rejected) {
    std::vector<storage::QuarantineRow> rows;
    for (const Rejected& message : rejected) {
        rows.push_back({message.message->topic, message.message->payload, message.reason, message.hash,
                        core::epoch_ms(message.message->received_at)});
    }
    storage::insert_quarantine(connection, std::move(rows));
}

}  // namespace

storage::SpoolPosition BatchWriter::position(std::int64_t first_waiting, std::int64_t received_so_far,
                                             std::optional<std::int64_t> newest_before) {
    sure_.reset();
    const auto found = database_.transaction([&](storage::Connection& connection) {
        auto known = storage::lock_spool_position(connection, spool_id_);
        if (!known) known = storage::SpoolPosition{first_waiting - 1, received_so_far, 0, 0};
        if (newest_before && known->position > *newest_before) throw SpoolShared(*newest_before);
        if (const std::int64_t missing = first_waiting - 1 - known->position; missing > 0) {
            spdlog::warn(
                "database: it is older than the spool, restored perhaps: {} messages that were stored are "
                "not in it any more",
                missing);
            known->position += missing;
            known->stored += missing;
        }
        storage::save_spool_position(connection, spool_id_, *known);
        return *known;
    });
    sure_ = found.position;
    return found;
}

void BatchWriter::continue_as(std::string spool_id) {
    spool_id_ = std::move(spool_id);
    sure_.reset();
}

Batch BatchWriter::prepare(std::span<const spool::Message> messages) const {
    return parse_batch(messages, options_, core::clock_now());
}

storage::SpoolPosition BatchWriter::write(std::span<const spool::Message> messages) {
    storage::SpoolPosition written;
    while (!messages.empty()) {
        Batch batch = prepare(messages);
        messages = messages.subspan(batch.messages.size());
        written = write(std::move(batch));
    }
    return written;
}

storage::SpoolPosition BatchWriter::write(Batch batch, const Next& next) {
    const auto messages = batch.messages;
    const Next others = messages.back().seq > alone_through_ ? next : nullptr;
    const auto was_alone = [&] { return !others || alone_through_ <= messages.back().seq; };
    try {
        return write_whole(batch, others);
    } catch (const SpoolShared&) {
        throw;
    } catch (const storage::DatabaseUnavailable&) {
        known_.forget();  // the database that comes back may be another one
        sure_.reset();    // and the answer to a commit may be lost
        throw;
    } catch (const storage::DatabaseError& error) {
        known_.forget();
        if (!error.is_data_error()) throw;
        if (was_alone() && messages.size() == 1)
            return write_refused(messages, "the database refused it", error);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        known_.forget();
        if (was_alone() && messages.size() == 1)
            return write_refused(messages, "it could not be worked out", error);
    }
    if (!was_alone()) return write(std::move(batch));
    write(messages.first(messages.size() / 2));
    return write(messages.subspan(messages.size() / 2));
}

storage::SpoolPosition BatchWriter::write_refused(std::span<const spool::Message> message,
                                                  std::string_view what, const std::exception& error) {
    Batch refused = refuse(message, fmt::format("{}: {}", what, error.what()));
    return write_whole(refused, nullptr);
}

void BatchWriter::reject_unregistered(Batch& batch) {
    if (options_.allow_unregistered || batch.accepted() == 0) return;
    std::vector<std::string> keys;
    for (const core::DeviceId& id : batch.devices())
        keys.push_back(id.key());
    const auto found = storage::KnownDeviceStore::registered_among(*database_.acquire(), keys);
    const std::set<std::string> registered(found.begin(), found.end());
    const auto unregistered = [&](const auto& received) {
        return !registered.contains(id_of(received.content).key());
    };
    const auto reject = [&](const auto& received) {
        batch.rejected.push_back(
            {received.message, received.hash,
             fmt::format("device \"{}\" is not registered, and ALLOW_UNREGISTERED is false",
                         id_of(received.content).text())});
    };
    take_out(batch.power, unregistered, reject);
    take_out(batch.runs, unregistered, reject);
    take_out(batch.climate, unregistered, reject);
}

/// The retention may be longer today than when the row of a record was purged. Seen in the transaction that
/// looks for the row: it finds either the row or the purge.
void BatchWriter::reject_purged(storage::Connection& connection, Batch& batch, core::Instant now) {
    if (batch.runs.empty()) return;
    const auto cutoff = storage::purge_cutoff(connection, now);
    if (!cutoff) return;
    const auto purged = [&](const auto& received) {
        return !domain::require_kept(received.content, *cutoff).has_value();
    };
    take_out(batch.runs, purged, [&](const auto& received) {
        batch.rejected.push_back({received.message, received.hash,
                                  domain::require_kept(received.content, *cutoff).error().message});
    });
}

/// A device that sends nothing but rubbish must not fill the log.
void BatchWriter::log_rejected(const std::vector<Rejected>& rejected) {
    if (rejected.empty()) return;
    unlogged_ += rejected.size();
    const auto now = std::chrono::steady_clock::now();
    if (logged_ && now - *logged_ < log_again) return;
    const Rejected& newest = rejected.back();
    spdlog::warn("quarantine: {} message{} on {}: {}", unlogged_, unlogged_ == 1 ? "" : "s, the newest",
                 core::to_utf8(newest.message->topic), newest.reason);
    logged_ = now;
    unlogged_ = 0;
}

/// What is stored and saved together, under locks that are taken at its beginning.
class BatchWriter::Transaction {
  public:
    Transaction(storage::Connection& connection, storage::SpoolPosition position,
                const storage::KnownDeviceStore& known, std::span<const core::DeviceId> locked,
                const Options& options, core::Instant now)
        : connection_(connection),
          options_(options),
          now_(now),
          position_(position),
          devices_(known, connection, locked),
          power_(connection, devices_, options, now) {}

    bool is_full() const {
        return rows_ >= most_rows || std::chrono::steady_clock::now() - begun_ >= longest;
    }
    storage::Connection& connection() const { return connection_; }
    bool has_locked(std::span<const core::DeviceId> ids) const { return devices_.cover(ids); }

    void add(const Batch& batch) {
        power_.add(batch);
        const std::int64_t repeated = store_runs(connection_, batch, devices_, options_, now_);
        store_climate(connection_, batch, devices_, options_, now_);
        quarantine(connection_, batch.rejected);
        rows_ += std::max(batch.rows, batch.messages.size());
        position_.position = batch.messages.back().seq;
        position_.stored += static_cast<std::int64_t>(batch.accepted()) - repeated;
        position_.duplicates += repeated + batch.duplicates;
        position_.quarantined += static_cast<std::int64_t>(batch.rejected.size());
    }

    storage::SpoolPosition save(const std::string& spool_id) {
        power_.save();
        devices_.save(connection_);
        storage::save_spool_position(connection_, spool_id, position_);
        return position_;
    }

  private:
    // Beyond this the rows are what counts, and the pages wait for the commit.
    static constexpr std::size_t most_rows = 20'000;
    static constexpr std::chrono::milliseconds longest{500};

    storage::Connection& connection_;
    const Options& options_;
    core::Instant now_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::size_t rows_ = 0;
    storage::SpoolPosition position_;
    Devices devices_;
    PowerIngest power_;
};

std::vector<core::DeviceId> BatchWriter::devices_to_lock(const Batch& batch, bool others_follow) {
    std::vector<core::DeviceId> ids = batch.devices();
    if (!others_follow || recent_.size() > most_recent) recent_.clear();
    if (!others_follow) return ids;
    remember(ids);
    ids.clear();
    for (const auto& [key, id] : recent_)
        ids.push_back(id);
    return ids;
}

void BatchWriter::remember(std::span<const core::DeviceId> ids) {
    for (const core::DeviceId& id : ids)
        recent_.try_emplace(id.key(), id);
}

/// Until one has to begin a transaction of its own: with devices that are not locked in this one, or with
/// replays, which are looked for among the stored rows.
void BatchWriter::add_following(Transaction& transaction, const Next& next, core::Instant now) {
    while (!transaction.is_full()) {
        Batch* batch = next();
        if (batch == nullptr) return;
        alone_through_ = batch->messages.back().seq;  // unless all goes well
        reject_unregistered(*batch);
        const auto ids = batch->devices();
        if (has_replays(*batch) || !transaction.has_locked(ids)) return remember(ids);
        reject_purged(transaction.connection(), *batch, now);
        transaction.add(*batch);
        log_rejected(batch->rejected);
    }
}

storage::SpoolPosition BatchWriter::write_whole(Batch& batch, const Next& next) {
    const core::Instant now = core::clock_now();
    const auto messages = batch.messages;
    reject_unregistered(batch);
    const auto ids = devices_to_lock(batch, next != nullptr);
    known_.intern(database_, ids, core::epoch_ms(now));
    // Taking replays out changes the batch, and a conflict runs the transaction again.
    const bool replays = has_replays(batch);
    int attempts = 0;
    const auto written = database_.transaction([&](storage::Connection& connection) {
        const auto position =
            storage::lock_spool_position(connection, spool_id_).value_or(storage::SpoolPosition{});
        if (sure_ && position.position != *sure_) throw SpoolShared(*sure_);
        // A commit whose answer was lost: all of it is there already.
        if (position.position >= messages.back().seq) return position;
        // Locked before anything is read: what is read shows the tables as of then.
        Transaction transaction(connection, position, known_, ids, options_, now);
        reject_purged(connection, batch, now);
        if (replays) {
            Batch fresh = batch;
            take_out_replays(connection, fresh, now);
            transaction.add(fresh);
        } else {
            transaction.add(batch);
        }
        if (next && ++attempts == 1) add_following(transaction, next, now);
        return transaction.save(spool_id_);
    });
    if (sure_) sure_ = written.position;
    if (next && attempts <= 1) alone_through_ = 0;
    log_rejected(batch.rejected);
    return written;
}

}  // namespace silaware::ingest
