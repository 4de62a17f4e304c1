#include "storage/rows_as_sql.hpp"

#include <set>

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::size_t statement_bytes = 512 * 1024;  ///< well below any max_allowed_packet

constexpr std::string_view before_rows = R"(
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO', unique_checks = 0, foreign_key_checks = 0;
)";
constexpr std::string_view after_rows = "SET SESSION unique_checks = 1, foreign_key_checks = 1;\n";

constexpr std::string_view list_tables = R"(
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name)";
constexpr std::string_view list_columns = R"(
    SELECT column_name, data_type FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND is_generated = 'NEVER' ORDER BY ordinal_position)";

enum class Writing { number, bytes, text };
using Types = std::set<std::string, std::less<>>;

struct NamedColumn {
    std::string name;
    std::string type;

    Writing writing() const {
        static const Types numbers = {"tinyint", "smallint", "mediumint", "int", "bigint",
                                      "decimal", "float",    "double",    "bit", "year"};
        static const Types bytes = {"binary",       "varbinary",         "tinyblob",   "blob",
                                    "mediumblob",   "longblob",          "geometry",   "point",
                                    "linestring",   "polygon",           "multipoint", "multilinestring",
                                    "multipolygon", "geometrycollection"};
        if (numbers.contains(type)) return Writing::number;
        return bytes.contains(type) ? Writing::bytes : Writing::text;
    }

    /// Texts and bytes as they are, what could be rounded on the way as a text that the server makes.
    std::string selected() const {
        static const Types as_they_are = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"};
        const std::string column = quoted_name(name);
        if (type == "float") return fmt::format("CAST(CAST({} AS DOUBLE) AS CHAR)", column);
        if (type == "bit") return fmt::format("CAST({} + 0 AS CHAR)", column);
        if (writing() == Writing::bytes || as_they_are.contains(type)) return column;
        return fmt::format("CAST({} AS CHAR)", column);
    }
};

void append_quoted(std::string& sql, std::string_view text) {
    sql += '\'';
    for (const char c : text) {
        switch (c) {
            case '\0':
                sql += "\\0";
                break;
            case '\n':
                sql += "\\n";
                break;
            case '\r':
                sql += "\\r";
                break;
            case '\x1a':
                sql += "\\Z";
                break;
            case '\'':
            case '\\':
                sql += '\\';
                [[fallthrough]];
            default:
                sql += c;
        }
    }
    sql += '\'';
}

void append_value(std::string& sql, const ResultRow& row, std::size_t column, Writing writing) {
    if (row.is_null(column)) {
        sql += "NULL";
        return;
    }
    const std::string_view text = row.text(column);
    if (writing == Writing::number) {
        sql += text;
    } else if (writing == Writing::text || text.empty()) {
        append_quoted(sql, text);
    } else {
        sql += "0x";
        for (const char c : text)
            fmt::format_to(std::back_inserter(sql), "{:02X}", static_cast<unsigned char>(c));
    }
}

std::string joined(const std::vector<NamedColumn>& columns,
                   const std::function<std::string(const NamedColumn&)>& text) {
    std::string all;
    for (const NamedColumn& column : columns)
        all += (all.empty() ? "" : ", ") + text(column);
    return all;
}

void write_table(Connection& connection, const std::string& table,
                 const std::function<void(std::string_view)>& sink) {
    const auto columns = connection.select<NamedColumn>(list_columns, table);
    if (columns.empty()) return;
    std::vector<Writing> writings;
    for (const NamedColumn& column : columns)
        writings.push_back(column.writing());
    const std::string head =
        fmt::format("INSERT INTO {} ({}) VALUES\n", quoted_name(table),
                    joined(columns, [](const NamedColumn& column) { return quoted_name(column.name); }));
    std::string sql;
    connection.stream_raw(
        fmt::format("SELECT {} FROM {}",
                    joined(columns, [](const NamedColumn& column) { return column.selected(); }),
                    quoted_name(table)),
        [&](const ResultRow& row) {
            sql += sql.empty() ? head : ",\n";
            for (std::size_t i = 0; i < writings.size(); ++i) {
                sql += i == 0 ? '(' : ',';
                append_value(sql, row, i, writings[i]);
            }
            sql += ')';
            if (sql.size() < statement_bytes) return true;
            sink(sql += ";\n");
            sql.clear();
            return true;
        });
    if (!sql.empty()) sink(sql += ";\n");
}

}  // namespace

void write_rows_as_sql(Connection& connection, const std::function<void(std::string_view)>& sink) {
    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    connection.run_script("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    sink(before_rows);
    for (const auto& table : connection.select<std::string>(list_tables))
        write_table(connection, table, sink);
    sink(after_rows);
    connection.run_script("COMMIT");
}

}  // namespace silaware::storage
