#include "storage/housekeeping_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::chrono::milliseconds skew = std::chrono::minutes{5};  // between the clocks of two machines

constexpr std::string_view read_clock = "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)";
constexpr std::string_view find_last_run =
    "SELECT last_run_ms FROM housekeeping WHERE job = ? AND last_run_ms > 0";
// A last run in the future is a clock that was set back since.
constexpr std::string_view claim = R"(
    UPDATE housekeeping SET last_run_ms = ? WHERE job = ? AND (last_run_ms <= ? OR last_run_ms > ?))";
constexpr std::string_view introduce = "INSERT IGNORE INTO housekeeping (job, last_run_ms) VALUES (?, 0)";
constexpr std::string_view note = "REPLACE INTO housekeeping (job, last_run_ms) VALUES (?, ?)";

}  // namespace

core::Instant database_clock(Connection& connection) {
    return core::from_epoch_ms(connection.select_one<std::int64_t>(read_clock).value_or(0));
}

std::optional<core::Instant> last_run(Connection& connection, std::string_view job) {
    const auto ms = connection.select_one<std::int64_t>(find_last_run, job);
    return ms ? std::optional(core::from_epoch_ms(*ms)) : std::nullopt;
}

bool claim_job(Connection& connection, std::string_view job, std::chrono::milliseconds interval,
               core::Instant now) {
    connection.execute(introduce, job);
    const std::int64_t now_ms = core::epoch_ms(now);
    return connection.execute(claim, now_ms, job, core::epoch_ms(now - interval), now_ms + skew.count()) == 1;
}

void note_job(Connection& connection, std::string_view job, core::Instant now) {
    connection.execute(note, job, core::epoch_ms(now));
}

}  // namespace silaware::storage
