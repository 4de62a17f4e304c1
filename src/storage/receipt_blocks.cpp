#include "storage/receipt_blocks.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t block_rows = 10'000;
// More than all transactions of all processes put in at a time.
constexpr std::int64_t unsettled_ids = 100'000;

constexpr std::string_view find_due = R"(
    SELECT after_id, last_id, oldest_ms FROM receipt_blocks
     WHERE last_id > ? AND oldest_ms < ? ORDER BY last_id LIMIT 1)";
constexpr std::string_view find_listed = "SELECT COALESCE(MAX(last_id), 0) FROM receipt_blocks";
constexpr std::string_view find_newest = "SELECT COALESCE(MAX(id), 0) FROM power_monitoring";
constexpr std::string_view find_block = R"(
    SELECT ?, MAX(id), CAST(ROUND(UNIX_TIMESTAMP(MIN(timestamp)) * 1000) AS SIGNED)
      FROM (SELECT id, timestamp FROM power_monitoring WHERE id > ? AND id <= ? ORDER BY id LIMIT ?) block
    HAVING COUNT(*) = ?)";
constexpr std::string_view find_oldest = R"(
    SELECT CAST(ROUND(UNIX_TIMESTAMP(MIN(timestamp)) * 1000) AS SIGNED)
      FROM power_monitoring WHERE id > ? AND id <= ?)";
constexpr std::string_view write_block =
    "REPLACE INTO receipt_blocks (last_id, after_id, oldest_ms) VALUES (?, ?, ?)";
constexpr std::string_view delete_block = "DELETE FROM receipt_blocks WHERE last_id = ?";

}  // namespace

std::optional<ReceiptBlock> due_block(Connection& connection, std::int64_t after_id, core::Instant cutoff) {
    return connection.select_one<ReceiptBlock>(find_due, after_id, core::epoch_ms(cutoff));
}

std::optional<ReceiptBlock> list_block(Connection& connection) {
    const IdRange unlisted = unlisted_ids(connection);
    const auto newest = connection.select_one<std::int64_t>(find_newest).value_or(0);
    const auto block = connection.select_one<ReceiptBlock>(find_block, unlisted.after_id, unlisted.after_id,
                                                           newest - unsettled_ids, block_rows, block_rows);
    if (block) connection.execute(write_block, block->last_id, block->after_id, block->oldest_ms);
    return block;
}

IdRange unlisted_ids(Connection& connection) {
    return {.after_id = connection.select_one<std::int64_t>(find_listed).value_or(0)};
}

void update_block(Connection& connection, const ReceiptBlock& block) {
    const auto oldest =
        connection.select_one<std::optional<std::int64_t>>(find_oldest, block.after_id, block.last_id)
            .value_or(std::nullopt);
    if (oldest) {
        connection.execute(write_block, block.last_id, block.after_id, *oldest);
    } else {
        connection.execute(delete_block, block.last_id);
    }
}

std::int64_t count_blocks(Connection& connection) {
    return connection.select_one<std::int64_t>("SELECT COUNT(*) FROM receipt_blocks").value_or(0);
}

void forget_blocks(Connection& connection) {
    connection.execute("DELETE FROM receipt_blocks");
}

}  // namespace silaware::storage
