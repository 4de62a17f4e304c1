#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "storage/connection.hpp"

namespace silaware::storage {

/// The buffer of a column of a result.
struct ResultCell {
    enum class Kind { integer, real, text } kind = Kind::text;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    unsigned long length = 0;
    my_bool null = 0;
};

/// A prepared statement and the buffers of its result columns.
struct Connection::Statement final : ResultRow {
    MYSQL_STMT* handle = nullptr;
    std::int64_t uses = 1;
    std::vector<ResultCell> cells;
    std::vector<MYSQL_BIND> results;

    ~Statement() override;

    bool is_null(std::size_t column) const override { return cells.at(column).null != 0; }
    std::int64_t integer(std::size_t column) const override;
    double real(std::size_t column) const override;
    std::string_view text(std::size_t column) const override;

    /// Makes a buffer for each column of the result; after preparing.
    void make_cells();
    /// Fetches again the texts that did not fit their buffers, which grow for the rows to come.
    void fetch_truncated();
};

/// What the statement is executed with; `value` must outlive that.
void bind_value(MYSQL_BIND& bind, const Value& value);

}  // namespace silaware::storage
