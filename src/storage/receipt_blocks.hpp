#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "core/time.hpp"
#include "storage/database.hpp"

// Which rows of power_monitoring are how old, without an index over their time of receipt: that would cost
// every row that comes in a tenth of its time, and only the purge looks for it. Rows come in nearly in the
// order of their ids, so it is enough to know the oldest receipt of each block of ids. All functions throw
// DatabaseError.
namespace silaware::storage {

/// The rows with ids greater than `after_id`, at most `last_id`.
struct IdRange {
    std::int64_t after_id = 0;
    std::int64_t last_id = std::numeric_limits<std::int64_t>::max();
};

/// A stretch of ids that is listed.
struct ReceiptBlock {
    std::int64_t after_id = 0;
    std::int64_t last_id = 0;
    std::int64_t oldest_ms = 0;  ///< the oldest receipt in it

    IdRange ids() const { return {after_id, last_id}; }
};

/// The next listed block, in the order of the ids, that has rows received before `cutoff` and ends behind
/// `after_id`.
std::optional<ReceiptBlock> due_block(Connection& connection, std::int64_t after_id, core::Instant cutoff);

/// Lists the block behind the last listed one. Nothing where the ids begin that are too new for it:
/// transactions that are still open may put rows there.
std::optional<ReceiptBlock> list_block(Connection& connection);

/// The ids behind the last listed block.
IdRange unlisted_ids(Connection& connection);

/// Notes what is left of a block that was purged.
void update_block(Connection& connection, const ReceiptBlock& block);

/// How many are listed.
std::int64_t count_blocks(Connection& connection);

/// All will be listed anew, with what other programs have put or changed in blocks that were listed.
void forget_blocks(Connection& connection);

}  // namespace silaware::storage
