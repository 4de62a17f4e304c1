#pragma once

#include <array>
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

/// Tells a redelivery from a new message that looks the same.
///
/// A broker repeats what it has no PUBACK for after a reconnect: first of all, in the order it was sent, with
/// the packet ids it had. So only the first messages of a connection can be redeliveries: from the first one
/// on that is not remembered with its packet id and bytes, all are new. This holds also where thousands of
/// readings have equal bytes. Within a connection nothing is ever recognised.
///
/// A broker that lost its last minutes in a crash repeats messages it already had the PUBACKs for, some
/// without the DUP flag. Those count as redeliveries only as a run of at least `least_run`, each with bytes
/// that are remembered just once; a single message without DUP is always new.
class RedeliveryWindow {
  public:
    /// Remembered messages; below 65,535, so that the broker's next packet id is never among them.
    static constexpr std::int64_t capacity = 60'000;
    static constexpr std::size_t least_run = 8;

    RedeliveryWindow();

    /// Forgets everything; for another broker session, or one the broker has lost.
    void clear();
    /// Redeliveries are possible again, of what was recorded under an earlier connection number.
    void begin_connection(std::int64_t connection);
    /// How many of `batch`, counted from its front, are redeliveries. The rest is to be recorded.
    std::size_t redeliveries(std::span<const Receipt> batch) const;
    /// After the batch is durable: `recognised` of it were redeliveries, the rest got seqs from `first_seq`
    /// on.
    void advance(std::span<const Receipt> batch, std::size_t recognised, std::int64_t first_seq);
    /// A remembered message, when the spool is opened; in the order of seqs.
    void restore(const Receipt& receipt, std::int64_t seq, std::int64_t connection);

  private:
    struct Slot {
        Fingerprint print;
        std::int64_t seq = 0;  ///< 0: free
        std::int64_t connection = 0;
    };
    enum class Phase { open, run_confirmed, closed };

    const Slot* match(const Receipt& receipt) const;
    bool is_unique(const Slot& slot) const;

    std::unique_ptr<std::array<Slot, 65536>> slots_;  ///< by packet id
    std::int64_t connection_ = 0;
    std::int64_t newest_seq_ = 0;
    std::int64_t last_matched_seq_ = 0;  ///< redeliveries come in order
    Phase phase_ = Phase::closed;
};

}  // namespace silaware::spool
