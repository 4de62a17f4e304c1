#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"

namespace silaware::spool {

struct Limits {
    /// Of messages not yet removed: topic, payload and a row's overhead, in bytes.
    std::int64_t bytes = 2LL * 1024 * 1024 * 1024;
};

/// A message as the broker delivered it; the views need to live only until append() returns.
struct Arrival {
    std::string_view topic;
    std::string_view payload;
    core::Instant received_at;
    std::uint16_t packet_id = 0;  ///< 0 for QoS 0, which is never redelivered
    bool retained = false;        ///< a replay at subscribing
    bool redelivered = false;     ///< MQTT's DUP flag
    bool damaged = false;         ///< only when read: the disk did not keep it, `payload` is what is left
};

/// A message that waits for the database.
struct Message {
    std::int64_t seq = 0;
    core::Instant received_at;
    bool retained = false;
    std::string topic;
    std::string payload;
    bool damaged =
        false;  ///< the disk did not keep it; `payload` is what is left of it and of those behind it
};

/// What became of a batch. The stored ones have the seqs first_seq … last_seq in their order; without any,
/// last_seq = first_seq - 1.
struct Appended {
    std::int64_t first_seq = 0;
    std::int64_t last_seq = 0;
    std::int64_t duplicates = 0;  ///< redeliveries of messages that had been appended before
};

/// A consistent snapshot. `received` and `duplicates` count messages since the spool was created; so
/// received = duplicates + last_seq (but for seqs skipped by remove_through) and messages = what is not yet
/// removed.
struct Status {
    std::int64_t messages = 0;
    std::int64_t bytes = 0;
    std::int64_t limit_bytes = 0;
    std::optional<core::Instant> oldest_received_at = {};
    std::int64_t last_seq = 0;
    std::int64_t received = 0;
    std::int64_t duplicates = 0;
    std::int64_t connections = 0;  ///< calls of begin_connection; reconnects are one less
};

/// Durable first-in-first-out queue between MQTT and the database: one SQLite file in a folder, one process.
///
/// Messages carry a seq that grows by one, is never reused and survives restarts. All members may be called
/// from any thread; append() and read() do not wait for each other.
class Spool {
  public:
    /// Opens or creates `folder`/spool.db. Error `conflict` naming the holder if another process has it open,
    /// `unavailable` if the folder can't be used, `internal` if the file is damaged or of a newer version.
    static core::Result<Spool> open(const std::filesystem::path& folder, Limits limits = {});

    Spool(Spool&&) noexcept;
    Spool& operator=(Spool&&) noexcept;
    ~Spool();

    /// 32 hex digits chosen when the file was created; the database keys its position on it.
    std::string id() const;
    /// Chooses another id, because a copy of this spool goes on under the present one. What waits stays; it
    /// alone counts as received from here on. Durable when it returns.
    core::Result<void> renew();

    /// To be called after each CONNACK, before messages of that connection are appended. `session` names the
    /// broker session as host:port/client id: redeliveries are looked for only under the same client id, and
    /// only if the broker still had its session (`session_present`). Under another host or port it may be the
    /// same broker: there, only what looks like no other message is one. Durable when it returns.
    core::Result<void> begin_connection(std::string_view session, bool session_present);

    /// The broker has read the PUBACKs of all that was appended on this connection; not remembered over a
    /// restart.
    void settle();

    /// All or nothing; on disk (fsync) when it returns. A redelivery of a message of an earlier connection is
    /// counted, not stored. Error `too_large` when the limit is reached, `unavailable` when the disk is full
    /// or fails; the spool stays intact and the same batch can be tried again.
    core::Result<Appended> append(std::span<const Arrival> arrivals);

    /// False when the spool is full, and after a refusal until there is room for more than a few messages
    /// again.
    bool has_room() const;

    /// The messages behind `after_seq` in order, at most `max_count`, and at most `max_bytes` of payload and
    /// topic but always at least one. Empty if there are none.
    core::Result<std::vector<Message>> read(std::int64_t after_seq, std::int64_t max_count,
                                            std::int64_t max_bytes) const;

    /// Waits until a message behind `after_seq` is there (true) or `timeout` has passed (false).
    bool wait_past(std::int64_t after_seq, std::chrono::milliseconds timeout) const;

    /// Forgets all messages up to `seq`, after the database has committed that position. A `seq` beyond the
    /// last one moves the numbering on, so that a position in the database is never given again; call it once
    /// at start with the database's position. When the disk refuses, the messages are forgotten in this
    /// process and deleted by a later call.
    core::Result<void> remove_through(std::int64_t seq);

    Status status() const;

    /// A short text that survives this process, however it ends, but not a power cut: for what can be found
    /// out again. Nothing if never set. Setting it works on a full disk, too.
    std::optional<std::string> note() const;
    core::Result<void> set_note(std::string_view text);

  private:
    class State;
    explicit Spool(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace silaware::spool
