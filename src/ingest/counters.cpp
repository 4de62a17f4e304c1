#include "ingest/counters.hpp"

#include <algorithm>

namespace silaware::ingest {

void Counters::committed(const storage::SpoolPosition& position) {
    const std::lock_guard lock(mutex_);
    position_ = position;
    known_ = true;
}

void Counters::batch_done(std::chrono::duration<double, std::milli> commit_time) {
    const std::lock_guard lock(mutex_);
    ++batches_;
    commit_ms_total_ += commit_time.count();
}

void Counters::connection(bool connected) {
    const std::lock_guard lock(mutex_);
    connected_ = connected;
}

storage::IngestCounters Counters::snapshot() const {
    const std::lock_guard lock(mutex_);
    const spool::Status spool = spool_.status();
    storage::IngestCounters counters;
    counters.spool_id = spool_.id();
    counters.received = spool.received;
    counters.stored = position_.stored;
    counters.duplicates = position_.duplicates + spool.duplicates;
    counters.quarantined = position_.quarantined;
    // Before the database has been asked, what is not in the spool any more must be stored.
    if (!known_) counters.stored = spool.received - spool.duplicates - spool.messages;
    counters.spooled = counters.received - counters.stored - counters.duplicates - counters.quarantined;
    counters.spool_bytes = spool.bytes;
    if (counters.spooled > 0 && spool.oldest_received_at) {
        counters.oldest_spooled_ms = core::epoch_ms(*spool.oldest_received_at);
    }
    counters.reconnects = std::max<std::int64_t>(spool.connections - 1, 0);
    counters.batches = batches_;
    counters.commit_ms_total = commit_ms_total_;
    counters.connected = connected_;
    counters.updated_ms =
        core::epoch_ms(std::chrono::time_point_cast<core::Milliseconds>(std::chrono::system_clock::now()));
    return counters;
}

}  // namespace silaware::ingest
