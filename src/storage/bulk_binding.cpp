#include "storage/bulk_binding.hpp"

#include <date/date.h>

namespace silaware::storage {

namespace {

std::size_t bytes_of(const Columns& columns, std::size_t row) {
    std::size_t bytes = 0;
    for (const Column& column : columns)
        bytes += column.kind == Column::Kind::text ? column.lengths[row] + 10 : 12;
    return bytes;
}

MYSQL_TIME civil_time(std::int64_t ms) {
    const auto at = core::from_epoch_ms(ms);
    const auto day = date::floor<date::days>(at);
    const date::year_month_day ymd{day};
    const date::hh_mm_ss clock{at - day};
    MYSQL_TIME time{};
    time.year = static_cast<unsigned>(static_cast<int>(ymd.year()));
    time.month = static_cast<unsigned>(ymd.month());
    time.day = static_cast<unsigned>(ymd.day());
    time.hour = static_cast<unsigned>(clock.hours().count());
    time.minute = static_cast<unsigned>(clock.minutes().count());
    time.second = static_cast<unsigned>(clock.seconds().count());
    time.second_part = static_cast<unsigned long>(clock.subseconds().count()) * 1000;
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    return time;
}

}  // namespace

std::size_t rows_that_fit(const Columns& columns, std::size_t first, std::size_t rows, std::size_t limit) {
    std::size_t last = first;
    for (std::size_t bytes = 0; last < rows && (last == first || bytes < limit); ++last)
        bytes += bytes_of(columns, last);
    return last - first;
}

BulkBinding::BulkBinding(Columns& columns, std::size_t first, std::size_t count)
    : binds_(columns.size(), MYSQL_BIND{}), times_(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i)
        bind(i, columns[i], first, count);
}

MYSQL_TIME** BulkBinding::pointers_to_times(Times& times, const Column& column, std::size_t first,
                                            std::size_t count) {
    times.times.reserve(count);
    times.pointers.reserve(count);
    for (std::size_t row = first; row < first + count; ++row)
        times.times.push_back(civil_time(column.integers[row]));
    for (MYSQL_TIME& time : times.times)
        times.pointers.push_back(&time);
    return times.pointers.data();
}

void BulkBinding::bind(std::size_t index, Column& column, std::size_t first, std::size_t count) {
    MYSQL_BIND& bind = binds_[index];
    bind.u.indicator = column.indicators.data() + first;
    switch (column.kind) {
        case Column::Kind::integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = column.integers.data() + first;
            break;
        case Column::Kind::real:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = column.reals.data() + first;
            break;
        case Column::Kind::single:
            bind.buffer_type = MYSQL_TYPE_FLOAT;
            bind.buffer = column.singles.data() + first;
            break;
        case Column::Kind::text:
            bind.buffer_type = MYSQL_TYPE_STRING;
            bind.buffer = column.texts.data() + first;
            bind.length = column.lengths.data() + first;
            break;
        case Column::Kind::time:
            bind.buffer_type = MYSQL_TYPE_DATETIME;
            bind.buffer = pointers_to_times(times_[index], column, first, count);
    }
}

}  // namespace silaware::storage
