#include "storage/statement.hpp"

#include <cstdlib>

namespace silaware::storage {

namespace {

constexpr std::size_t inline_text = 256;  // bytes fetched of a text without a second call

void bind_cell(ResultCell& cell, MYSQL_BIND& bind, const MYSQL_FIELD& field) {
    bind.is_null = &cell.null;
    bind.length = &cell.length;
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_YEAR:
        case MYSQL_TYPE_LONGLONG:
            cell.kind = ResultCell::Kind::integer;
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &cell.integer;
            break;
        case MYSQL_TYPE_FLOAT:
        case MYSQL_TYPE_DOUBLE:
            cell.kind = ResultCell::Kind::real;
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = &cell.real;
            break;
        default:
            cell.kind = ResultCell::Kind::text;
            cell.text.resize(inline_text);
            bind.buffer_type = MYSQL_TYPE_STRING;
            bind.buffer = cell.text.data();
            bind.buffer_length = cell.text.size();
    }
}

}  // namespace

Connection::Statement::~Statement() {
    if (handle != nullptr) mysql_stmt_close(handle);
}

std::int64_t Connection::Statement::integer(std::size_t column) const {
    const ResultCell& cell = cells.at(column);
    if (cell.null) return 0;
    if (cell.kind == ResultCell::Kind::integer) return cell.integer;
    if (cell.kind == ResultCell::Kind::real) return static_cast<std::int64_t>(cell.real);
    return std::strtoll(cell.text.c_str(), nullptr, 10);
}

double Connection::Statement::real(std::size_t column) const {
    const ResultCell& cell = cells.at(column);
    if (cell.null) return 0;
    if (cell.kind == ResultCell::Kind::real) return cell.real;
    if (cell.kind == ResultCell::Kind::integer) return static_cast<double>(cell.integer);
    return std::strtod(cell.text.c_str(), nullptr);
}

std::string_view Connection::Statement::text(std::size_t column) const {
    const ResultCell& cell = cells.at(column);
    return cell.null ? std::string_view() : std::string_view(cell.text.data(), cell.length);
}

void Connection::Statement::make_cells() {
    MYSQL_RES* meta = mysql_stmt_result_metadata(handle);
    if (meta == nullptr) return;
    const unsigned count = mysql_num_fields(meta);
    const MYSQL_FIELD* fields = mysql_fetch_fields(meta);
    cells.resize(count);
    results.assign(count, MYSQL_BIND{});
    for (unsigned i = 0; i < count; ++i)
        bind_cell(cells[i], results[i], fields[i]);
    mysql_free_result(meta);
}

void Connection::Statement::fetch_truncated() {
    for (unsigned i = 0; i < cells.size(); ++i) {
        ResultCell& cell = cells[i];
        if (cell.kind != ResultCell::Kind::text || cell.null || cell.length <= cell.text.size()) continue;
        cell.text.resize(cell.length);
        results[i].buffer = cell.text.data();
        results[i].buffer_length = cell.text.size();
        mysql_stmt_fetch_column(handle, &results[i], i, 0);
    }
    mysql_stmt_bind_result(handle, results.data());
}

void bind_value(MYSQL_BIND& bind, const Value& value) {
    const auto& held = value.get();
    if (const auto* integer = std::get_if<std::int64_t>(&held)) {
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = const_cast<std::int64_t*>(integer);
    } else if (const auto* real = std::get_if<double>(&held)) {
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = const_cast<double*>(real);
    } else if (const auto* single = std::get_if<float>(&held)) {
        bind.buffer_type = MYSQL_TYPE_FLOAT;
        bind.buffer = const_cast<float*>(single);
    } else if (const auto* text = std::get_if<std::string_view>(&held)) {
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = const_cast<char*>(text->data());
        bind.buffer_length = text->size();
    } else {
        bind.buffer_type = MYSQL_TYPE_NULL;
    }
}

}  // namespace silaware::storage
