#include "storage/upgrade_columns.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "storage/sql.hpp"
#include "storage/upgrade_tables.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view find_shapes = R"(
    SELECT column_name, data_type, column_type, COALESCE(character_set_name, ''), COALESCE(collation_name, ''),
           is_nullable = 'NO', column_default IS NULL
      FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_key <> 'PRI'
       AND COALESCE(generation_expression, '') = ''
     ORDER BY ordinal_position)";

/// A column as the older system made it.
struct Shape {
    std::string name;
    std::string type;
    std::string full_type;
    std::string character_set;
    std::string collation;
    bool filled;
    bool without_default;
};

/// What follows the names of the specified columns: "FLOAT NULL".
std::map<std::string, std::string> specified(std::string_view definition) {
    std::map<std::string, std::string> columns;
    for (const std::string& line : specified_columns(definition)) {
        const auto blank = line.find(' ');
        columns.emplace(line.substr(0, blank), line.substr(blank + 1));
    }
    return columns;
}

/// Numbers with a fixed count of decimals, or none: a measured value may have more, or be too large.
bool is_fixed(const std::string& type) {
    return type.ends_with("int") || type == "decimal";
}

bool is_fraction(const std::string& specification) {
    return specification.starts_with("FLOAT") || specification.starts_with("DOUBLE");
}

std::string may_be_empty(const Shape& column) {
    const std::string text =
        column.character_set.empty()
            ? std::string()
            : fmt::format(" CHARACTER SET {} COLLATE {}", column.character_set, column.collation);
    return column.full_type + text + " NULL";
}

/// What the column has to become; empty if it is right.
std::string fitting(const Shape& column, const std::map<std::string, std::string>& specifications) {
    const auto found = specifications.find(column.name);
    if (found == specifications.end())
        return column.filled && column.without_default ? may_be_empty(column) : std::string();
    const std::string& specification = found->second;
    if (specification.find("NOT NULL") != std::string::npos) return {};
    if (is_fixed(column.type) && is_fraction(specification)) return specification;
    return column.filled ? may_be_empty(column) : std::string();
}

}  // namespace

void fit_columns(Connection& connection, const std::string& table, std::string_view definition) {
    const auto specifications = specified(definition);
    std::string changes;
    for (const Shape& column : connection.select<Shape>(find_shapes, table)) {
        const std::string change = fitting(column, specifications);
        if (change.empty()) continue;
        changes +=
            fmt::format("{} MODIFY {} {}", changes.empty() ? "" : ",", quoted_name(column.name), change);
    }
    if (!changes.empty()) connection.run_script(fmt::format("ALTER TABLE {}{}", table, changes));
}

}  // namespace silaware::storage
