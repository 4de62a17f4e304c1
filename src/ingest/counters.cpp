#include "ingest/counters.hpp"

#include "core/clock.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace silaware::ingest {

namespace {

std::string text_of(const storage::SpoolPosition& position) {
    return fmt::format("{} {} {} {}", position.position, position.stored, position.duplicates,
                       position.quarantined);
}

std::optional<storage::SpoolPosition> position_in(const std::string& text) {
    storage::SpoolPosition position;
    std::istringstream stream(text);
    stream >> position.position >> position.stored >> position.duplicates >> position.quarantined;
    return stream ? std::optional(position) : std::nullopt;
}

}  // namespace

Counters::Counters(spool::Spool& spool) : spool_(spool) {
    const auto kept = spool.note();
    if (!kept) return;
    if (const auto position = position_in(*kept)) position_ = *position;
}

void Counters::committed(const storage::SpoolPosition& position) {
    // Kept before it is shown: what a restart goes on from is never less than what was shown.
    if (const auto kept = spool_.set_note(text_of(position)); !kept)
        spdlog::debug("spool: {}", kept.error().message);
    const std::lock_guard lock(mutex_);
    position_ = position;
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
    counters.spooled = counters.received - counters.stored - counters.duplicates - counters.quarantined;
    counters.spool_bytes = spool.bytes;
    if (counters.spooled > 0 && spool.oldest_received_at) {
        counters.oldest_spooled_ms = core::epoch_ms(*spool.oldest_received_at);
    }
    counters.reconnects = std::max<std::int64_t>(spool.connections - 1, 0);
    counters.batches = batches_;
    counters.commit_ms_total = commit_ms_total_;
    counters.connected = connected_;
    counters.updated_ms = core::epoch_ms(core::clock_now());
    return counters;
}

}  // namespace silaware::ingest
