#include "ingest/batch_writer.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "ingest/climate_ingest.hpp"
#include "ingest/power_ingest.hpp"
#include "ingest/run_ingest.hpp"
#include "storage/climate_store.hpp"
#include "storage/power_store.hpp"
#include "storage/quarantine_store.hpp"

namespace silaware::ingest {

namespace {

constexpr std::chrono::minutes log_again{1};

/// Takes out what `is_unwanted` says, and tells `removed` of each.
template <typename Content>
void take_out(std::vector<Received<Content>>& kind, const auto& is_unwanted, const auto& removed) {
    std::erase_if(kind, [&](const Received<Content>& received) {
        if (!is_unwanted(received)) return false;
        removed(received);
        return true;
    });
}

const core::DeviceId& id_of(const domain::PowerMessage& message) {
    return message.uid;
}
const core::DeviceId& id_of(const domain::MachineRun& run) {
    return run.id;
}
const core::DeviceId& id_of(const domain::ClimateMessage& message) {
    return message.id;
}

/// Replays of retained messages at subscribing, whose bytes were stored before, are duplicates. Machine runs
/// need no look: they are compared by their fields.
class RetainedReplays {
  public:
    RetainedReplays(storage::Connection& connection, core::Instant now)
        : connection_(connection), now_(now) {}

    void take_out_of(Batch& batch) {
        remember_originals(batch.power);
        remember_originals(batch.climate);
        remember_originals(batch.rejected);
        const auto count = [&](const auto&) { ++batch.duplicates; };
        take_out(
            batch.power,
            [&](const auto& received) {
                return is_replay(received, [&] {
                    return storage::power_message_stored(connection_, received.content.uid.text(),
                                                         received.hash);
                });
            },
            count);
        take_out(
            batch.climate,
            [&](const auto& received) {
                return is_replay(received, [&] {
                    return storage::climate_message_stored(connection_, received.content.id.text(),
                                                           received.hash);
                });
            },
            count);
        std::erase_if(batch.rejected, [&](const Rejected& rejected) {
            const bool replay =
                is_replay(rejected, [&] { return storage::quarantined_before(connection_, rejected.hash); });
            batch.duplicates += replay;
            return replay;
        });
    }

  private:
    /// The message that is replayed may stand before its replay in the same batch.
    void remember_originals(const auto& kind) {
        for (const auto& received : kind) {
            if (!received.message->retained) originals_.try_emplace(received.hash, received.message->seq);
        }
    }
    bool stands_before(const auto& received) const {
        const auto original = originals_.find(received.hash);
        return original != originals_.end() && original->second < received.message->seq;
    }

    /// `stored` looks at the rows; a replay that was stored once is remembered, for the next look to be
    /// cheap.
    bool is_replay(const auto& received, const auto& stored) {
        if (!received.message->retained) return false;
        if (storage::retained_before(connection_, received.hash)) return true;
        const bool replay = stands_before(received) || stored();
        storage::remember_retained(connection_, received.hash, core::epoch_ms(now_));
        return replay;
    }

    storage::Connection& connection_;
    core::Instant now_;
    std::map<std::int64_t, std::int64_t> originals_;  // hash to seq
};

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

storage::SpoolPosition BatchWriter::position(std::int64_t first_waiting, std::int64_t received_so_far) {
    return database_.transaction([&](storage::Connection& connection) {
        if (const auto known = storage::lock_spool_position(connection, spool_id_)) return *known;
        const storage::SpoolPosition fresh{first_waiting - 1, received_so_far, 0, 0};
        storage::save_spool_position(connection, spool_id_, fresh);
        return fresh;
    });
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

storage::SpoolPosition BatchWriter::write(Batch batch) {
    const auto messages = batch.messages;
    try {
        return write_whole(batch);
    } catch (const storage::DatabaseUnavailable&) {
        known_.forget();  // the database that comes back may be another one
        throw;
    } catch (const storage::DatabaseError& error) {
        known_.forget();
        if (!error.is_data_error()) throw;
        if (messages.size() == 1) return write_refused(messages, "the database refused it", error);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        known_.forget();
        if (messages.size() == 1) return write_refused(messages, "it could not be worked out", error);
    }
    write(messages.first(messages.size() / 2));
    return write(messages.subspan(messages.size() / 2));
}

storage::SpoolPosition BatchWriter::write_refused(std::span<const spool::Message> message,
                                                  std::string_view what, const std::exception& error) {
    Batch refused = refuse(message, fmt::format("{}: {}", what, error.what()));
    return write_whole(refused);
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
        batch.rejected.push_back({received.message, received.hash,
                                  fmt::format("device {} is not registered, and ALLOW_UNREGISTERED is false",
                                              id_of(received.content).text())});
    };
    take_out(batch.power, unregistered, reject);
    take_out(batch.runs, unregistered, reject);
    take_out(batch.climate, unregistered, reject);
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

storage::SpoolPosition BatchWriter::write_whole(Batch& batch) {
    const core::Instant now = core::clock_now();
    const auto messages = batch.messages;
    reject_unregistered(batch);
    const auto ids = batch.devices();
    known_.intern(database_, ids, core::epoch_ms(now));
    // Taking replays out changes the batch, and a conflict runs the transaction again.
    const bool has_replays = std::ranges::any_of(messages, &spool::Message::retained);
    const auto written = database_.transaction([&](storage::Connection& connection) {
        auto position =
            storage::lock_spool_position(connection, spool_id_).value_or(storage::SpoolPosition{});
        // A commit whose answer was lost: all of it is there already.
        if (position.position >= messages.back().seq) return position;
        // Locked before anything is read: what is read shows the tables as of then.
        Devices devices(known_, connection, ids);
        if (has_replays) {
            Batch fresh = batch;
            RetainedReplays(connection, now).take_out_of(fresh);
            write_batch(connection, fresh, devices, position, now);
        } else {
            write_batch(connection, batch, devices, position, now);
        }
        position.position = messages.back().seq;
        storage::save_spool_position(connection, spool_id_, position);
        return position;
    });
    log_rejected(batch.rejected);
    return written;
}

void BatchWriter::write_batch(storage::Connection& connection, const Batch& batch, Devices& devices,
                              storage::SpoolPosition& position, core::Instant now) {
    store_power(connection, batch, devices, options_, now);
    const std::int64_t repeated = store_runs(connection, batch, devices, options_, now);
    store_climate(connection, batch, devices, options_, now);
    devices.save(connection);
    quarantine(connection, batch.rejected);
    position.stored += static_cast<std::int64_t>(batch.accepted()) - repeated;
    position.duplicates += repeated + batch.duplicates;
    position.quarantined += static_cast<std::int64_t>(batch.rejected.size());
}

}  // namespace silaware::ingest
