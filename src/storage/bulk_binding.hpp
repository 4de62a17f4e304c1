#pragma once

#include <cstddef>
#include <vector>

#include <mysql.h>

#include "storage/row.hpp"

namespace silaware::storage {

/// How many rows from `first` on fit into one call of `limit` bytes; one at least. `rows` is the number of
/// all.
std::size_t rows_that_fit(const Columns& columns, std::size_t first, std::size_t rows, std::size_t limit);

/// Some rows of `columns`, as Connector/C wants them for an array of parameters. The columns must outlive it.
class BulkBinding {
  public:
    BulkBinding(Columns& columns, std::size_t first, std::size_t count);
    MYSQL_BIND* binds() { return binds_.data(); }

  private:
    /// Of a column of times: it is an array of pointers, other than one of numbers.
    struct Times {
        std::vector<MYSQL_TIME> times;
        std::vector<MYSQL_TIME*> pointers;
    };

    void bind(std::size_t index, Column& column, std::size_t first, std::size_t count);
    static MYSQL_TIME** pointers_to_times(Times& times, const Column& column, std::size_t first,
                                          std::size_t count);

    std::vector<MYSQL_BIND> binds_;
    std::vector<Times> times_;
};

}  // namespace silaware::storage
