#include "storage/upgrade_check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "storage/migrations.hpp"
#include "storage/upgrade_tables.hpp"

namespace silaware::storage {

namespace {

/// Columns without which the rows mean nothing; all others may be missing.
struct NeededColumns {
    std::string_view table;
    std::array<std::string_view, 5> columns;
};
constexpr std::array needed = {
    NeededColumns{"accounts", {"username", "password"}},
    NeededColumns{"devices", {"mac_address"}},
    NeededColumns{"settings", {}},
    NeededColumns{"utils", {"mac_address", "start", "stop", "cycle_count", "total_run"}},
    NeededColumns{"power_monitoring", {"uid"}},
    NeededColumns{"cycle_time", {"uid", "start", "stop", "cycle_count"}},
    NeededColumns{"utils_notification_log", {"mac_address"}},
    NeededColumns{"temphumid", {"mac_address"}},
};

constexpr std::string_view find_key = R"(
    SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_name = 'id' AND column_key = 'PRI'
       AND data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint'))";
constexpr std::string_view count_key_columns = R"(
    SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_key = 'PRI')";
constexpr std::string_view find_view = R"(
    SELECT COUNT(*) FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = ? AND table_type <> 'BASE TABLE')";

/// Texts that the pages take up to this length, and columns of this width.
constexpr std::array bounded_texts = {
    std::pair{"accounts", "username"}, std::pair{"accounts", "email"},       std::pair{"devices", "mcu_type"},
    std::pair{"devices", "location"},  std::pair{"settings", "mail_sender"},
};
constexpr int longest_text = 255;

bool has_column(const std::vector<ServerColumn>& columns, std::string_view name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const ServerColumn& column) { return column.name == name; });
}

std::string names_of(const std::vector<ServerColumn>& columns) {
    std::vector<std::string> names;
    for (const ServerColumn& column : columns)
        names.push_back(column.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

/// Rows are walked by their ids, and keep them.
void check_ids(Connection& connection, const std::string& table, std::vector<std::string>& obstacles) {
    const bool is_key = connection.select_one<std::int64_t>(find_key, table).value_or(0) == 1 &&
                        connection.select_one<std::int64_t>(count_key_columns, table).value_or(0) == 1;
    if (!is_key) {
        obstacles.push_back(
            fmt::format("the table {0} needs a whole number \"id\" as its primary key: ALTER TABLE {0} ADD "
                        "COLUMN id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY makes one",
                        table));
        return;
    }
    const auto lowest =
        connection.select_one<std::int64_t>(fmt::format("SELECT COALESCE(MIN(id), 1) FROM {}", table));
    if (lowest.value_or(1) < 1) {
        obstacles.push_back(
            fmt::format("the table {} has the id {}: give that row an id above 0", table, *lowest));
    }
}

void check_table(Connection& connection, const NeededColumns& wanted, std::vector<std::string>& obstacles) {
    const std::string table(wanted.table);
    if (connection.select_one<std::int64_t>(find_view, table).value_or(0) > 0) {
        obstacles.push_back(fmt::format("{} is a view, not a table: move its rows into a table", table));
        return;
    }
    if (!table_exists(connection, table)) return;
    const auto columns = columns_of(connection, table);
    check_ids(connection, table, obstacles);
    for (const std::string_view name : wanted.columns) {
        if (name.empty() || has_column(columns, name)) continue;
        obstacles.push_back(
            fmt::format("the table {0} has no column \"{1}\" (it has: {2}): if one of them holds it, ALTER "
                        "TABLE {0} RENAME COLUMN … TO {1} helps",
                        table, name, names_of(columns)));
    }
}

void check_length(Connection& connection, const std::string& table, const std::string& column,
                  std::vector<std::string>& obstacles) {
    if (!has_column(columns_of(connection, table), column)) return;
    const auto row = connection.select_one<std::int64_t>(
        fmt::format("SELECT id FROM {} WHERE CHAR_LENGTH({}) > {} LIMIT 1", table, column, longest_text));
    if (!row) return;
    obstacles.push_back(
        fmt::format("the {} of the row with id {} in the table {} is longer than {} characters: "
                    "shorten it",
                    column, *row, table, longest_text));
}

}  // namespace

std::vector<std::string> upgrade_obstacles(Connection& connection) {
    std::vector<std::string> obstacles;
    for (const NeededColumns& wanted : needed)
        check_table(connection, wanted, obstacles);
    for (const std::string& table : tables_in_the_way(connection)) {
        obstacles.push_back(fmt::format(
            "another program has a table {0}, as silaware will: RENAME TABLE {0} TO …, or drop it if "
            "nothing needs it (Flask keeps logins in sessions)",
            table));
    }
    if (!obstacles.empty()) return obstacles;
    for (const auto& [table, column] : bounded_texts)
        check_length(connection, table, column, obstacles);
    return obstacles;
}

}  // namespace silaware::storage
