#include "storage/upgrade.hpp"

#include <array>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/device_id.hpp"
#include "storage/migrations.hpp"
#include "storage/upgrade_columns.hpp"
#include "storage/upgrade_expressions.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t chunk = 20'000;
constexpr std::array small_tables = {"accounts", "devices", "settings"};

constexpr std::string_view create_steps = R"(
    CREATE TABLE IF NOT EXISTS upgrade_steps (
      step VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
      value BIGINT NOT NULL
    ) ENGINE=InnoDB ROW_FORMAT=DYNAMIC)";
constexpr std::string_view create_ids = R"(
    CREATE TABLE IF NOT EXISTS upgrade_ids (
      spelling VARBINARY(1100) NOT NULL PRIMARY KEY,
      uid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
    ) ENGINE=InnoDB ROW_FORMAT=DYNAMIC)";
constexpr std::string_view write_step = "REPLACE INTO upgrade_steps (step, value) VALUES (?, ?)";
constexpr std::string_view find_step = "SELECT value FROM upgrade_steps WHERE step = ?";
constexpr std::string_view write_id = "INSERT IGNORE INTO upgrade_ids (spelling, uid) VALUES (?, ?)";

// Meters whose clocks are kept tell whether their rows were stamped in UTC or in the site's time.
constexpr std::string_view find_clock_lead = R"(
    SELECT AVG(TIMESTAMPDIFF(SECOND, timestamp, rtc))
      FROM (SELECT timestamp, rtc FROM power_monitoring WHERE rtc IS NOT NULL ORDER BY id DESC LIMIT 1000) newest)";

// The mail of a multiple counts once, whatever the older system wrote into its log.
constexpr std::string_view take_over = R"(
    UPDATE run_totals t
      JOIN known_devices k ON k.id = t.device_id
      JOIN settings s ON s.id = 1 AND s.utils_min_duration > 0
      LEFT JOIN (SELECT mac_address, MAX(multiple) AS multiple, MAX(total_run) AS total_run
                   FROM utils_notification_log GROUP BY mac_address) n ON n.mac_address = k.uid
       SET t.notified_limit_hours = s.utils_min_duration,
           t.notified_multiple = GREATEST(t.notified_multiple, COALESCE(n.multiple, 0),
             FLOOR(COALESCE(n.total_run, 0) / (s.utils_min_duration * 3600)),
             FLOOR(t.total_seconds / (s.utils_min_duration * 3600))))";

std::string shadow_of(std::string_view table) {
    return fmt::format("upgrade_new_{}", table);
}
std::string old_of(std::string_view table) {
    return fmt::format("upgrade_old_{}", table);
}

std::optional<std::int64_t> step_value(Connection& connection, std::string_view step) {
    return connection.select_one<std::int64_t>(find_step, step);
}

/// Puts values that are wrong for the final shape aside: outside of strict mode an odd date becomes NULL
/// instead of stopping the upgrade.
class LenientMode {
  public:
    explicit LenientMode(Connection& connection) : connection_(connection) {
        connection.run_script("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'");
    }
    ~LenientMode() {
        try {
            if (!connection_.broken())
                connection_.run_script("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'");
        } catch (const DatabaseError&) {
            // The connection is gone, and its mode with it.
        }
    }
    LenientMode(const LenientMode&) = delete;
    LenientMode& operator=(const LenientMode&) = delete;

  private:
    Connection& connection_;
};

class TableCopy {
  public:
    TableCopy(Connection& connection, const OlderTable& table, const OlderClock& clock)
        : connection_(connection),
          table_(table),
          clock_(clock),
          name_(table.name),
          shadow_(shadow_of(table.name)) {}

    bool run(const UpgradeWatch& watch) {
        const bool swapped =
            step_value(connection_, "copied:" + name_) && !table_exists(connection_, shadow_);
        if (!swapped) {
            create_shadow();
            if (!copy(watch)) return false;
            swap();
        }
        return finish();
    }

  private:
    void create_shadow() {
        if (step_value(connection_, "made:" + name_)) return;
        connection_.run_script(
            fmt::format("DROP TABLE IF EXISTS {0}; CREATE TABLE {0} LIKE {1}", shadow_, name_));
        connection_.run_script(fmt::format("ALTER TABLE {} ENGINE=InnoDB ROW_FORMAT=DYNAMIC", shadow_));
        connection_.run_script(add_specified_columns(shadow_, name_));
        if (name_ == "power_monitoring") {
            connection_.run_script(fmt::format(
                "ALTER TABLE {} MODIFY rtc DATETIME NULL, MODIFY relay_state VARCHAR(10) NULL", shadow_));
        }
        fit_columns(connection_, shadow_, name_);
        connection_.run_script(widen_and_index(connection_, shadow_, name_));
        connection_.execute(write_step, "made:" + name_, 1);
    }

    /// INSERT … SELECT with a `?` for the ids on either side.
    std::string statement(const std::string& from, bool keep_ids) const {
        std::string names;
        std::string values;
        const auto add = [&](const std::string& name, const std::string& value) {
            names += (names.empty() ? "`" : ", `") + name + "`";
            values += (values.empty() ? "" : ", ") + value;
        };
        const auto there = columns_of(connection_, from);
        for (const ServerColumn& column : there) {
            const ColumnKind kind = kind_of(column.name);
            if (kind == ColumnKind::row_id && !keep_ids) continue;
            add(column.name, taken_over(kind, column, clock_));
        }
        add_missing(there, add);
        return fmt::format(
            "INSERT INTO {} ({}) SELECT {} FROM {} o LEFT JOIN upgrade_ids i ON i.spelling = "
            "CAST(CONVERT(o.`{}` USING utf8mb4) AS BINARY) WHERE o.id > ? AND o.id <= ? ORDER BY o.id",
            keep_ids ? shadow_ : name_, names, values, from, device_column());
    }

    ColumnKind kind_of(const std::string& name) const {
        for (const OlderColumn& column : table_.columns) {
            if (column.name == name) return column.kind;
        }
        return ColumnKind::plain;
    }

    std::string device_column() const {
        for (const OlderColumn& column : table_.columns) {
            if (column.kind == ColumnKind::device) return std::string(column.name);
        }
        return "uid";
    }

    static const ServerColumn* find(const std::vector<ServerColumn>& columns, std::string_view name) {
        for (const ServerColumn& column : columns) {
            if (column.name == name) return &column;
        }
        return nullptr;
    }

    /// What the older table lacks and can be told from the rest of the row.
    void add_missing(const std::vector<ServerColumn>& there, const auto& add) const {
        const ServerColumn* receipt = find(there, "timestamp");
        if (const auto* stop = find(there, "stop"); name_ == "utils" && !receipt && stop) {
            add("timestamp", fmt::format("FROM_UNIXTIME(GREATEST(1, LEAST(2147483647, {})))",
                                         taken_over(ColumnKind::epoch, *stop, clock_)));
        }
        const ServerColumn* rtc = find(there, "rtc");
        if (name_ != "power_monitoring" || !receipt) return;
        const std::string received = fmt::format("CAST(ROUND(UNIX_TIMESTAMP({}) * 1000) AS SIGNED)",
                                                 taken_over(ColumnKind::receipt, *receipt, clock_));
        if (rtc == nullptr) return add("observed_ms", received);
        const std::string wall = taken_over(ColumnKind::meter_clock, *rtc, clock_);
        const std::string observed = epoch_of_wall(wall, clock_.sure_offset) + " * 1000";
        // Around a change of the site's clock it stays NULL: the rebuild of the roll-ups looks at each row.
        add("observed_ms",
            fmt::format(
                "CASE WHEN {2} IS NULL THEN {1} WHEN {0} IS NULL THEN NULL WHEN ABS({0} - {1}) <= 86400000 "
                "THEN {0} ELSE {1} END",
                observed, received, wall));
    }

    std::int64_t last_id(const std::string& table) const {
        return connection_.select_one<std::int64_t>(fmt::format("SELECT COALESCE(MAX(id), 0) FROM {}", table))
            .value_or(0);
    }

    void learn_spellings(const std::string& from, std::int64_t first, std::int64_t last) {
        struct Spelling {
            std::string spelling;
            std::string uid;
        };
        std::vector<Spelling> spellings;
        const std::string sql = fmt::format(
            "SELECT DISTINCT CAST(CONVERT(`{}` USING utf8mb4) AS BINARY) FROM {} WHERE id > ? AND id <= ?",
            device_column(), from);
        for (const std::string& text : connection_.select<std::string>(sql, first, last)) {
            if (const auto id = core::DeviceId::parse(text)) spellings.push_back({text, id->text()});
        }
        connection_.bulk(write_id, spellings);
    }

    bool copy(const UpgradeWatch& watch) {
        const std::string insert = statement(name_, true);
        const std::string find_end = fmt::format(
            "SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM {} WHERE id > ? ORDER BY id LIMIT {}) c", name_,
            chunk);
        std::int64_t done = last_id(shadow_);
        for (;;) {
            const auto end = connection_.select_one<std::int64_t>(find_end, done).value_or(0);
            if (end == 0) return true;
            learn_spellings(name_, done, end);
            connection_.execute(insert, done, end);
            done = end;
            if (!watch({name_, done, last_id(name_)})) return false;
        }
    }

    void swap() {
        connection_.execute(write_step, "copied:" + name_, last_id(shadow_));
        connection_.run_script(
            fmt::format("RENAME TABLE {0} TO {1}, {2} TO {0}", name_, old_of(name_), shadow_));
    }

    /// Rows that another program wrote in the moment of the swap come over with ids of their own.
    bool finish() {
        const std::string old = old_of(name_);
        if (!table_exists(connection_, old)) return true;
        const std::int64_t copied = step_value(connection_, "copied:" + name_).value_or(0);
        const std::int64_t last = last_id(old);
        if (last > copied) {
            learn_spellings(old, copied, last);
            connection_.run_script("START TRANSACTION");  // which older servers can't prepare
            connection_.execute(statement(old, false), copied, last);
            connection_.execute(write_step, "copied:" + name_, last);
            connection_.run_script("COMMIT");
        }
        connection_.run_script(fmt::format("DROP TABLE {}", old));
        return true;
    }

    Connection& connection_;
    const OlderTable& table_;
    const OlderClock& clock_;
    std::string name_;
    std::string shadow_;
};

/// A run that was killed leaves its last statement to the server, which finishes it: its rows must not come
/// in behind those of the next run. The lock goes with the connection, so only when that statement has ended.
void await_former_run(Connection& connection) {
    constexpr std::string_view take_lock =
        "SELECT COALESCE(GET_LOCK(CONCAT('silaware.copy.', LEFT(MD5(DATABASE()), 16)), 3600), 0)";
    if (connection.select_one<std::int64_t>(take_lock).value_or(0) == 1) return;
    throw DatabaseError(1205,
                        "a former run of the upgrade has been working for an hour: end it on the server");
}

void prepare_small_tables(Connection& connection) {
    for (const std::string table : small_tables) {
        if (!table_exists(connection, table)) continue;
        connection.run_script(fmt::format("ALTER TABLE {} ENGINE=InnoDB ROW_FORMAT=DYNAMIC", table));
        connection.run_script(add_specified_columns(table, table));
        fit_columns(connection, table, table);
    }
    if (table_exists(connection, "accounts")) {
        for (const char* column : {"username", "email", "password"})
            connection.execute(fmt::format("UPDATE accounts SET {0} = '' WHERE {0} IS NULL", column));
    }
    if (table_exists(connection, "devices"))
        connection.execute("UPDATE devices SET mac_address = '' WHERE mac_address IS NULL");
    if (table_exists(connection, "settings")) {
        const auto first = connection.select_one<std::int64_t>("SELECT id FROM settings ORDER BY id LIMIT 1");
        const bool has_one =
            connection.select_one<std::int64_t>("SELECT id FROM settings WHERE id = 1").has_value();
        if (first && !has_one) connection.execute("UPDATE settings SET id = 1 WHERE id = ?", *first);
    }
}

bool receipts_in_utc(Connection& connection, const core::SiteZone& zone, core::Instant now) {
    for (const ServerColumn& column : columns_of(connection, "power_monitoring")) {
        const bool date = column.type == "datetime" || column.type == "timestamp";
        if ((column.name == "rtc" || column.name == "timestamp") && !date) return false;
    }
    std::optional<double> lead;
    try {
        lead = connection.select_one<std::optional<double>>(find_clock_lead).value_or(std::nullopt);
    } catch (const DatabaseError& error) {
        constexpr unsigned unknown_column = 1054;
        constexpr unsigned unknown_table = 1146;
        if (error.code() != unknown_column && error.code() != unknown_table) throw;
    }
    if (!lead) return false;
    const auto offset =
        zone.to_local(now).time_since_epoch() - std::chrono::floor<core::Seconds>(now).time_since_epoch();
    const auto ahead = static_cast<double>(offset.count());
    return std::abs(*lead - ahead) < std::abs(*lead);
}

bool has_datetime_receipts(Connection& connection) {
    for (const OlderTable& table : copied_tables()) {
        for (const ServerColumn& column : columns_of(connection, std::string(table.name))) {
            if (column.name == "timestamp" && column.type == "datetime") return true;
        }
    }
    return false;
}

/// Decided once, while the rows are as they were.
OlderClock clock_of(Connection& connection, const core::SiteZone& zone, std::vector<std::string>& notes) {
    const auto now = core::clock_now();
    OlderClock clock = older_clock(zone, now);
    auto utc = step_value(connection, "receipts_are_utc");
    if (!utc) {
        utc = receipts_in_utc(connection, zone, now) ? 1 : 0;
        connection.execute(write_step, "receipts_are_utc", *utc);
        if (has_datetime_receipts(connection)) {
            notes.push_back(fmt::format("times of receipt without a zone were taken as {}",
                                        *utc ? "UTC" : "wall clock of " + zone.name()));
        }
    }
    clock.receipts_are_utc = *utc != 0;
    return clock;
}

}  // namespace

bool needs_upgrade(Connection& connection) {
    if (upgrade_unfinished(connection)) return true;
    if (schema_version(connection) > 0) return false;
    for (const OlderTable& table : copied_tables()) {
        if (table_exists(connection, std::string(table.name))) return true;
    }
    for (const std::string table : small_tables) {
        if (table_exists(connection, table)) return true;
    }
    return false;
}

std::vector<std::string> describe_upgrade(Connection& connection) {
    std::vector<std::string> lines;
    for (const OlderTable& table : copied_tables()) {
        const std::string name(table.name);
        if (!table_exists(connection, name)) continue;
        const auto last =
            connection.select_one<std::int64_t>(fmt::format("SELECT COALESCE(MAX(id), 0) FROM {}", name));
        lines.push_back(
            fmt::format("would copy {} (newest row {}) into its final shape, in chunks", name, *last));
    }
    for (const std::string table : small_tables) {
        if (table_exists(connection, table)) lines.push_back(fmt::format("would upgrade {} in place", table));
    }
    return lines;
}

void begin_upgrade(Connection& connection) {
    connection.run_script(create_steps);
    connection.run_script(create_ids);
}

void end_upgrade(Connection& connection) {
    connection.run_script("DROP TABLE IF EXISTS upgrade_ids");
    connection.run_script("DROP TABLE IF EXISTS upgrade_steps");
}

bool copy_older_tables(Database& database, const core::SiteZone& zone, const UpgradeWatch& watch,
                       std::vector<std::string>& notes) {
    const Database::Lease lease = database.acquire();
    Connection& connection = *lease;
    if (schema_version(connection) > 0) return true;  // the migrations have begun: the copies are done
    await_former_run(connection);
    const LenientMode lenient(connection);
    prepare_small_tables(connection);
    const OlderClock clock = clock_of(connection, zone, notes);
    for (const OlderTable& table : copied_tables()) {
        const std::string name(table.name);
        if (step_value(connection, "done:" + name)) continue;
        if (!table_exists(connection, name) && !table_exists(connection, old_of(name))) continue;
        if (!TableCopy(connection, table, clock).run(watch)) return false;
        connection.execute(write_step, "done:" + name, 1);
    }
    return true;
}

void take_over_notifications(Connection& connection) {
    connection.execute(take_over);
}

}  // namespace silaware::storage
