#include "storage/purge.hpp"

#include <array>
#include <optional>

#include "core/clock.hpp"
#include "storage/housekeeping_store.hpp"
#include "storage/purge_edge.hpp"
#include "storage/receipt_blocks.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t chunk = 1'000;
// Times as long as a chunk took. The server cleans up behind a chunk for about as long again, and processor
// and disk are to stay with ingest and the portal: half a day of rows may take half an hour to go.
constexpr int rests = 3;
// Of which some may be a wait for somebody else's lock, and no work of ours.
constexpr core::Milliseconds longest_rest = std::chrono::seconds{2};

constexpr std::string_view find_cutoff = "SELECT cutoff_ms FROM purge_cutoff WHERE id = 1 AND cutoff_ms <= ?";
// One in the future is of a clock that was ahead.
constexpr std::string_view note_cutoff = R"(
    INSERT INTO purge_cutoff (id, cutoff_ms) VALUES (1, ?)
    ON DUPLICATE KEY UPDATE cutoff_ms = IF(cutoff_ms > UNIX_TIMESTAMP(NOW(3)) * 1000, VALUES(cutoff_ms),
                                           GREATEST(cutoff_ms, VALUES(cutoff_ms))))";

// Each is a walk along an index by age, so that a chunk costs the same however long the table is. The order
// says so to the server, which would rather scan (and lock) the table where much of it is to go.
enum class Unit { milliseconds, seconds, wall_clock };
struct Purged {
    std::string_view table;
    std::string_view sql;
    Unit unit;  ///< of the cutoff it takes
    core::Instant domain::RetentionCutoffs::* cutoff = &domain::RetentionCutoffs::raw;
};
constexpr std::array purged_tables = {
    // Rows put in by hand have no stop_ms.
    Purged{"cycle_time", "DELETE FROM cycle_time WHERE stop < ? ORDER BY stop LIMIT ?", Unit::wall_clock},
    Purged{"utils", "DELETE FROM utils WHERE stop < ? ORDER BY stop LIMIT ?", Unit::seconds},
    Purged{"utils_notification_log",
           "DELETE FROM utils_notification_log WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp"
           " LIMIT ?",
           Unit::milliseconds},
    Purged{"temphumid",
           "DELETE FROM temphumid WHERE timestamp < FROM_UNIXTIME(? / 1000) ORDER BY timestamp LIMIT ?",
           Unit::milliseconds},
    Purged{"quarantine", "DELETE FROM quarantine WHERE received_ms < ? ORDER BY received_ms LIMIT ?",
           Unit::milliseconds},
    // Those that are open have no cleared_ms.
    Purged{"alerts", "DELETE FROM alerts WHERE cleared_ms < ? ORDER BY cleared_ms LIMIT ?",
           Unit::milliseconds, &domain::RetentionCutoffs::alerts},
    Purged{"audit_log", "DELETE FROM audit_log WHERE at_ms < ? ORDER BY at_ms LIMIT ?", Unit::milliseconds,
           &domain::RetentionCutoffs::audit},
};

constexpr std::string_view find_old_power = R"(
    SELECT MIN(id), MAX(id)
      FROM (SELECT id FROM power_monitoring
             WHERE id > ? AND id <= ? AND timestamp < FROM_UNIXTIME(? / 1000) ORDER BY id LIMIT ?) old)";
constexpr std::string_view delete_old_power = R"(
    DELETE FROM power_monitoring WHERE id BETWEEN ? AND ? AND timestamp < FROM_UNIXTIME(? / 1000))";
// What other programs have changed in blocks that are listed is noticed when all are listed anew: each time
// where that takes seconds, else as late as this.
constexpr std::string_view listing = "receipt_blocks";
constexpr std::chrono::days list_anew_after{30};
constexpr std::int64_t few_blocks = 1'000;

std::uint64_t delete_chunk(Connection& connection, const Purged& purged, core::Instant cutoff,
                           const core::SiteZone& zone) {
    switch (purged.unit) {
        case Unit::milliseconds:
            return connection.execute(purged.sql, core::epoch_ms(cutoff), chunk);
        case Unit::seconds:
            return connection.execute(purged.sql, core::epoch_ms(cutoff) / 1000, chunk);
        case Unit::wall_clock:
            return connection.execute(purged.sql, core::format_local(zone.to_local(cutoff)), chunk);
    }
    return 0;
}

class Purge {
  public:
    Purge(Database& database, const PurgeOrder& order, const std::stop_token& stop,
          const std::function<void(const PurgeProgress&)>& tell)
        : database_(database), order_(order), cutoff_(order.cutoffs.raw), stop_(stop), tell_(tell) {}

    std::int64_t run() {
        if (!keep_edges()) return total_;
        // Before the first row goes: a record that comes again must find either its row or the cutoff.
        database_.execute(note_cutoff, core::epoch_ms(cutoff_));
        bool more = purge_power();
        for (const Purged& purged : purged_tables)
            more = more && purge(purged);
        return total_;
    }

  private:
    /// Runs a short transaction, and rests.
    template <typename Work>
    auto step(Work work) {
        const auto begin = std::chrono::steady_clock::now();
        auto result = database_.transaction(work);
        const auto took = std::chrono::ceil<core::Milliseconds>(std::chrono::steady_clock::now() - begin);
        core::pause(stop_, std::min(rests * took, longest_rest));
        return result;
    }

    /// False, as of all that follow here, when it is time to stop.
    bool tell(std::int64_t rows) {
        progress_.deleted += rows;
        total_ += rows;
        tell_(progress_);
        return !stop_.stop_requested();
    }

    bool purge(const Purged& purged) {
        progress_ = {purged.table, 0};
        for (;;) {
            const auto rows = step([&](Connection& connection) {
                return static_cast<std::int64_t>(
                    delete_chunk(connection, purged, order_.cutoffs.*purged.cutoff, order_.zone));
            });
            if (rows == 0) return true;
            if (!tell(rows)) return false;
        }
    }

    /// Before the first row goes: an edge stands behind every row that does.
    bool keep_edges() {
        progress_ = {"power_monitoring", 0};
        for (const EdgeMeter& meter : edge_meters(*database_.acquire())) {
            const auto target =
                step([&](Connection& connection) { return edge_behind(connection, meter.uid, cutoff_); });
            if (stop_.stop_requested()) return false;
            if (!target) continue;
            while (step([&](Connection& connection) { return advance_edge(connection, meter, *target); })) {
                if (!tell(0)) return false;
            }
        }
        return true;
    }

    bool is_to_be_listed_anew() {
        if (order_.search == Search::listed && count_blocks(*database_.acquire()) > few_blocks)
            return claim_job(*database_.acquire(), listing, list_anew_after, cutoff_);
        note_job(*database_.acquire(), listing, cutoff_);
        return true;
    }

    bool purge_power() {
        progress_ = {"power_monitoring", 0};
        if (is_to_be_listed_anew()) forget_blocks(*database_.acquire());
        while (step(list_block)) {
            if (!tell(0)) return false;
        }
        std::int64_t after = 0;
        const auto next_due = [&](Connection& connection) { return due_block(connection, after, cutoff_); };
        while (const auto block = step(next_due)) {
            if (!purge_block(*block)) return false;
            after = block->last_id;
        }
        return purge_ids(unlisted_ids(*database_.acquire()));
    }

    bool purge_block(const ReceiptBlock& block) {
        if (!purge_ids(block.ids())) return false;
        database_.transaction([&](Connection& connection) { update_block(connection, block); });
        return true;
    }

    bool purge_ids(IdRange ids) {
        while (const auto deleted =
                   step([&](Connection& connection) { return delete_power(connection, ids); })) {
            // Not over the rows again that are deleted, but still there until the server has cleaned up.
            ids.after_id = deleted->last_id;
            if (!tell(deleted->rows)) return false;
        }
        return true;
    }

    struct Deleted {
        std::int64_t last_id;
        std::int64_t rows;
    };
    std::optional<Deleted> delete_power(Connection& connection, const IdRange& ids) const {
        struct Old {
            std::optional<std::int64_t> first_id;
            std::optional<std::int64_t> last_id;
        };
        const std::int64_t cutoff_ms = core::epoch_ms(cutoff_);
        const auto old =
            connection.select_one<Old>(find_old_power, ids.after_id, ids.last_id, cutoff_ms, chunk);
        if (!old || !old->last_id) return std::nullopt;
        const auto rows = connection.execute(delete_old_power, *old->first_id, *old->last_id, cutoff_ms);
        return Deleted{*old->last_id, static_cast<std::int64_t>(rows)};
    }

    Database& database_;
    const PurgeOrder& order_;
    core::Instant cutoff_;
    const std::stop_token& stop_;
    const std::function<void(const PurgeProgress&)>& tell_;
    PurgeProgress progress_{};
    std::int64_t total_ = 0;
};

}  // namespace

std::optional<core::Instant> purge_cutoff(Connection& connection, core::Instant now) {
    const auto ms = connection.select_one<std::int64_t>(find_cutoff, core::epoch_ms(now));
    return ms ? std::optional(core::from_epoch_ms(*ms)) : std::nullopt;
}

std::int64_t purge_before(Database& database, const PurgeOrder& order, const std::stop_token& stop,
                          const std::function<void(const PurgeProgress&)>& tell) {
    return Purge(database, order, stop, tell).run();
}

}  // namespace silaware::storage
