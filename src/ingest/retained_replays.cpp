#include "ingest/retained_replays.hpp"

#include <algorithm>
#include <map>

#include "storage/climate_store.hpp"
#include "storage/power_store.hpp"
#include "storage/quarantine_store.hpp"
#include "storage/retained_replay_store.hpp"

namespace silaware::ingest {

namespace {

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

}  // namespace

bool has_replays(const Batch& batch) {
    return std::ranges::any_of(batch.messages, &spool::Message::retained);
}

void take_out_replays(storage::Connection& connection, Batch& batch, core::Instant now) {
    RetainedReplays(connection, now).take_out_of(batch);
}

}  // namespace silaware::ingest
