#include "storage/upgrade_tables.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "storage/migrations.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_columns = R"(
    SELECT column_name, data_type FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position)";
constexpr std::string_view find_table = R"(
    SELECT COUNT(*) FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = ? AND table_type = 'BASE TABLE')";

std::string_view script(std::string_view name) {
    for (const Migration& migration : embedded_migrations()) {
        if (migration.name.find(name) != std::string_view::npos) return migration.sql;
    }
    throw std::logic_error(fmt::format("there is no migration {}", name));
}

/// The text between `begin` and the next `end`.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const auto at = text.find(begin);
    if (at == std::string_view::npos) throw std::logic_error(fmt::format("no {} in the migration", begin));
    const auto from = at + begin.size();
    return text.substr(from, text.find(end, from) - from);
}

}  // namespace

const std::vector<OlderTable>& copied_tables() {
    using enum ColumnKind;
    static const std::vector<OlderTable> tables = {
        {"power_monitoring",
         {{"id", row_id},
          {"uid", device},
          {"rtc", meter_clock},
          {"relay_state", plain},
          {"voltage", plain},
          {"current", plain},
          {"power", plain},
          {"frequency", plain},
          {"pf", plain},
          {"energy", amount},
          {"co2", amount},
          {"energy_history", plain},
          {"timestamp", receipt}}},
        {"utils",
         {{"id", row_id},
          {"mac_address", device},
          {"start", epoch},
          {"stop", epoch},
          {"cycle_count", number},
          {"total_run", number},
          {"timestamp", receipt}}},
        {"cycle_time",
         {{"id", row_id},
          {"uid", device},
          {"start", wall_clock},
          {"stop", wall_clock},
          {"duration", duration},
          {"cycle_count", number}}},
        {"utils_notification_log",
         {{"id", row_id},
          {"mac_address", device},
          {"multiple", number},
          {"total_run", number},
          {"timestamp", receipt}}},
        {"temphumid",
         {{"id", row_id},
          {"mac_address", device},
          {"temperature", plain},
          {"humidity", plain},
          {"timestamp", receipt}}},
    };
    return tables;
}

std::vector<ServerColumn> columns_of(Connection& connection, const std::string& table) {
    auto columns = connection.select<ServerColumn>(find_columns, table);
    for (ServerColumn& column : columns)
        column.type = core::lower_ascii(column.type);
    return columns;
}

bool table_exists(Connection& connection, const std::string& table) {
    return connection.select_one<std::int64_t>(find_table, table).value_or(0) > 0;
}

std::vector<std::string> specified_columns(std::string_view definition) {
    const auto body = between(script("specified_tables"),
                              fmt::format("CREATE TABLE IF NOT EXISTS {} (\n", definition), "\n) ENGINE");
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < body.size();) {
        const auto end = std::min(body.find('\n', from), body.size());
        auto line = core::trim(body.substr(from, end - from));
        from = end + 1;
        if (line.ends_with(',')) line.remove_suffix(1);
        if (line.find("PRIMARY KEY") == std::string_view::npos) lines.emplace_back(line);
    }
    return lines;
}

std::string add_specified_columns(const std::string& table, std::string_view definition) {
    std::string additions;
    for (const std::string& line : specified_columns(definition))
        additions += fmt::format("{} ADD COLUMN IF NOT EXISTS {}", additions.empty() ? "" : ",", line);
    return fmt::format("ALTER TABLE {}{}", table, additions);
}

std::string widen_and_index(Connection& connection, const std::string& table, std::string_view definition) {
    const auto changes = between(script("widen_and_index"), fmt::format("ALTER TABLE {}\n", definition), ";");
    return with_id_collation(connection, fmt::format("ALTER TABLE {}\n{}", table, changes));
}

}  // namespace silaware::storage
