#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/pfr/core.hpp>

#include "core/time.hpp"

namespace silaware::storage {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// An instant for a TIMESTAMP column (connections are in UTC), a wall clock for a DATETIME column.
template <typename T>
concept Time = std::same_as<T, core::Instant> || std::same_as<T, core::LocalTime>;

/// A parameter on its way to the server. Texts are referred to, not copied: they must outlive the call.
class Value {
  public:
    Value(std::nullopt_t) {}
    template <std::integral T>
    Value(T value) : value_(static_cast<std::int64_t>(value)) {}
    Value(double value) : value_(value) {}
    Value(float value) : value_(value) {}
    Value(std::string_view value) : value_(value) {}
    Value(const std::string& value) : value_(std::string_view(value)) {}
    Value(const char* value) : value_(std::string_view(value)) {}
    template <typename T>
    Value(const std::optional<T>& value) {
        if (value) *this = Value(*value);
    }

    const auto& get() const { return value_; }

  private:
    std::variant<std::monostate, std::int64_t, double, float, std::string_view> value_;
};

/// One row of a result; columns count from 0.
class ResultRow {
  public:
    virtual ~ResultRow() = default;
    virtual bool is_null(std::size_t column) const = 0;
    virtual std::int64_t integer(std::size_t column) const = 0;
    virtual double real(std::size_t column) const = 0;
    virtual std::string_view text(std::size_t column) const = 0;
};

template <typename T>
T read_column(const ResultRow& row, std::size_t column) {
    if constexpr (IsOptional<T>::value) {
        if (row.is_null(column)) return std::nullopt;
        return read_column<typename T::value_type>(row, column);
    } else if constexpr (std::integral<T>) {
        return static_cast<T>(row.integer(column));
    } else if constexpr (std::floating_point<T>) {
        return static_cast<T>(row.real(column));
    } else {
        return T(row.text(column));
    }
}

/// A scalar, an optional or a string is the first column; a struct takes a column per member.
template <typename Row>
Row read_row(const ResultRow& row) {
    if constexpr (std::is_arithmetic_v<Row> || std::same_as<Row, std::string> || IsOptional<Row>::value) {
        return read_column<Row>(row, 0);
    } else {
        Row result;
        boost::pfr::for_each_field(result, [&](auto& field, std::size_t column) {
            field = read_column<std::remove_reference_t<decltype(field)>>(row, column);
        });
        return result;
    }
}

/// The cells of one `?` over all rows of a bulk statement, laid out as Connector/C wants them.
struct Column {
    enum class Kind { integer, real, single, text, time };
    Kind kind = Kind::integer;
    std::vector<std::int64_t> integers;  ///< also times, in milliseconds since 1970 by their own clock
    std::vector<double> reals;
    std::vector<float> singles;
    std::vector<const char*> texts;
    std::vector<unsigned long> lengths;
    std::vector<char> indicators;  ///< 1 where the cell is NULL
};
using Columns = std::vector<Column>;

template <typename T>
void append_cell(Column& column, const T& cell, bool null = false) {
    if constexpr (IsOptional<T>::value) {
        using Inner = typename T::value_type;
        if (cell) {
            append_cell(column, *cell);
        } else {
            append_cell(column, Inner{}, true);
        }
    } else {
        column.indicators.push_back(null ? 1 : 0);
        if constexpr (Time<T>) {
            column.kind = Column::Kind::time;
            column.integers.push_back(std::chrono::milliseconds(cell.time_since_epoch()).count());
        } else if constexpr (std::integral<T>) {
            column.kind = Column::Kind::integer;
            column.integers.push_back(static_cast<std::int64_t>(cell));
        } else if constexpr (std::same_as<T, float>) {
            column.kind = Column::Kind::single;
            column.singles.push_back(cell);
        } else if constexpr (std::floating_point<T>) {
            column.kind = Column::Kind::real;
            column.reals.push_back(cell);
        } else {
            const std::string_view text(cell);
            column.kind = Column::Kind::text;
            column.texts.push_back(null ? "" : text.data());
            column.lengths.push_back(text.size());
        }
    }
}

template <typename T>
void reserve_cells(Column& column, std::size_t rows) {
    if constexpr (IsOptional<T>::value) {
        reserve_cells<typename T::value_type>(column, rows);
    } else {
        column.indicators.reserve(rows);
        if constexpr (std::integral<T> || Time<T>) {
            column.integers.reserve(rows);
        } else if constexpr (std::same_as<T, float>) {
            column.singles.reserve(rows);
        } else if constexpr (std::floating_point<T>) {
            column.reals.reserve(rows);
        } else {
            column.texts.reserve(rows);
            column.lengths.reserve(rows);
        }
    }
}

/// Texts are referred to, not copied: `rows` must outlive the columns.
template <typename Row>
Columns make_columns(std::span<const Row> rows) {
    Columns columns(boost::pfr::tuple_size_v<Row>);
    if (!rows.empty()) {
        boost::pfr::for_each_field(rows.front(), [&]<typename T>(const T&, std::size_t index) {
            reserve_cells<T>(columns[index], rows.size());
        });
    }
    for (const Row& row : rows) {
        boost::pfr::for_each_field(
            row, [&](const auto& cell, std::size_t index) { append_cell(columns[index], cell); });
    }
    return columns;
}

}  // namespace silaware::storage
