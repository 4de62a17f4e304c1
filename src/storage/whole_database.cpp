#include "storage/whole_database.hpp"

#include <fmt/format.h>

#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view count_tables =
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()";
constexpr std::string_view list_tables = R"(
    SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE())";
constexpr std::string_view find_counters = R"(
    SELECT COUNT(*) FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = 'ingest_counters')";
constexpr std::string_view find_newest = "SELECT MAX(updated_ms) FROM ingest_counters";

struct Table {
    std::string name;
    std::string type;
};

}  // namespace

std::int64_t table_count(Connection& connection) {
    return connection.select_one<std::int64_t>(count_tables).value_or(0);
}

void try_to_write(Connection& connection) {
    connection.execute("UPDATE housekeeping SET last_run_ms = last_run_ms WHERE job = ''");
}

void drop_all_tables(Connection& connection) {
    connection.execute("SET foreign_key_checks = 0");
    for (const Table& table : connection.select<Table>(list_tables)) {
        const std::string_view kind = table.type == "VIEW" ? "VIEW" : "TABLE";
        connection.run_script(fmt::format("DROP {} {}", kind, quoted_name(table.name)));
    }
    connection.execute("SET foreign_key_checks = 1");
}

std::optional<std::int64_t> newest_ingest_ms(Connection& connection) {
    if (connection.select_one<std::int64_t>(find_counters).value_or(0) == 0) return std::nullopt;
    return connection.select_one<std::optional<std::int64_t>>(find_newest).value_or(std::nullopt);
}

}  // namespace silaware::storage
