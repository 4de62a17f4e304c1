#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "spool/fingerprint.hpp"

namespace silaware::spool {

/// What is remembered of a received message.
struct Receipt {
    std::uint16_t packet_id = 0;  ///< 0 for QoS 0
    bool redelivered = false;     ///< the DUP flag it came with
    Fingerprint print;
};

/// How many of a batch are redelivered: the first ones of those that have a packet id.
struct Recognition {
    std::size_t count = 0;
    std::int64_t last = 0;  ///< which remembered message the last of them is
};

/// Tells a redelivery from a new message that looks the same.
///
/// A broker repeats what it has no PUBACK for after a reconnect: first of all, in the order it was sent, with
/// the packet ids it had and the DUP flag. So only the first messages of a connection can be redeliveries
/// (not counting those of QoS 0, which come in between): from the first one on that is not remembered with
/// its packet id and bytes, all are new. Within a connection nothing is ever recognised.
///
/// It reads PUBACKs in the order they are sent, so what it repeats of the remembered is the end of it,
/// without a gap. What is `settled` it has the PUBACK for: messages up to the former one with a packet id
/// that it gave again, and those before a PINGREQ that it answered. That decides where bytes are remembered
/// more than once (a meter whose clock stands still, a room whose temperature stays): then only the unsettled
/// end of the remembered is repeated.
///
/// A broker that lost its last minutes in a crash (mosquitto writes its state from time to time) repeats also
/// what is settled. That is recognised where bytes are remembered just once, with the DUP flag; without it
/// only as a run of at least `least_run`, since a single message without DUP is always new. No run begins
/// with packet id 1 where the remembered one did not follow id 65535: such a broker numbers anew in each
/// connection.
///
/// Mosquitto with a backlog has more in flight than there are packet ids. So there an id can mean an earlier
/// message than the last one that had it: the one from which on more of the batch agrees, if `least_proof`
/// messages of that (or the whole batch) have bytes that are remembered just once. But not where the id was
/// taken again before nearly all others had been: that broker takes free ones, and so had the PUBACK.
class RedeliveryWindow {
  public:
    /// Remembered messages with a packet id.
    static constexpr std::int64_t capacity = 400'000;
    static constexpr std::size_t least_run = 8;
    static constexpr std::size_t least_proof = 3;

    RedeliveryWindow();

    /// Forgets everything; for another broker session, or one the broker has lost.
    void clear();
    /// Redeliveries are possible again, of what was remembered so far.
    void begin_connection();
    /// The broker has read the PUBACKs of all that came on this connection. What it has none for it repeats
    /// before it sends what is new: until then, more of it may come.
    void settle() { settled_ = std::max(settled_, phase_ == Phase::closed ? newest_ : last_matched_); }
    /// As if it had the PUBACKs of all.
    void settle_all() { settled_ = newest_; }
    /// How much of `batch` is redelivered. The rest is to be recorded.
    Recognition recognise(std::span<const Receipt> batch);
    /// After the batch is durable: the rest of it is remembered.
    void advance(std::span<const Receipt> batch, const Recognition& recognised);
    /// A remembered message, when the spool is opened; in the order they came.
    void restore(const Receipt& receipt);

  private:
    struct Entry {
        Fingerprint print;
        std::uint16_t packet_id;
        std::uint32_t back;  ///< so many messages before is the one with the same packet id; 0: none
    };
    enum class Phase { open, run_confirmed, closed };

    const Entry& entry(std::int64_t order) const {
        return entries_[static_cast<std::size_t>(order % capacity)];
    }
    bool is_remembered(std::int64_t order) const { return order > 0 && order > newest_ - capacity; }
    bool is_same(std::int64_t order, const Receipt& receipt) const;
    bool begins_numbering(std::int64_t order) const;
    std::int64_t a_cycle_before(std::int64_t order) const;
    std::int64_t beginning(std::span<const Receipt> batch);
    std::int64_t next(const Receipt& receipt, std::int64_t last);
    std::size_t agreement(std::span<const Receipt> batch, std::int64_t order) const;
    bool is_sure(std::span<const Receipt> batch, std::int64_t order, std::size_t count);
    bool is_unsettled_end(std::span<const Receipt> batch, std::int64_t order, std::size_t count) const;
    bool is_unique(const Fingerprint& print);
    bool is_beyond_doubt(std::span<const Receipt> agreeing, std::size_t size);
    void close();

    // Remembered messages are numbered 1, 2, … in the order they came.
    std::unique_ptr<Entry[]> entries_;          ///< a ring by number
    std::vector<std::int64_t> newest_with_id_;  ///< 0: none
    std::int64_t newest_ = 0;
    std::int64_t settled_ = 0;       ///< and all before it
    std::int64_t last_matched_ = 0;  ///< redeliveries come in order
    Phase phase_ = Phase::closed;
    std::vector<std::uint64_t> prints_;  ///< sorted halves of the fingerprints, made when they are asked for
};

}  // namespace silaware::spool
