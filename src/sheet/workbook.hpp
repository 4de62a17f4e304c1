#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sheet/cell.hpp"
#include "sheet/temporary_file.hpp"

namespace silaware::sheet {

struct Column {
    std::string title;
    double width = 12;  ///< in characters
};

struct Table {
    std::string name;  ///< of the sheet, at most 25 characters, none of []:*?/\.
    std::vector<Column> columns;
};

/// Rows of a sheet below its header.
inline constexpr std::size_t rows_per_sheet = 1'048'575;

/// An .xlsx file, written row by row in constant memory: header, filters, frozen pane, real dates and
/// numbers. What does not fit into a sheet continues on the next one. Every method throws std::runtime_error
/// (the disk is full).
class Workbook {
  public:
    explicit Workbook(Table table, std::size_t most_rows = rows_per_sheet);
    /// An unfinished file is dropped.
    ~Workbook();
    Workbook(const Workbook&) = delete;
    Workbook& operator=(const Workbook&) = delete;

    void add(std::span<const Cell> row);
    /// A last row, in bold, that the filters leave alone.
    void add_totals(std::span<const Cell> row);
    /// A sheet of its own with names and values.
    void add_facts(const std::string& sheet, const std::vector<std::pair<std::string, std::string>>& facts);
    /// The whole file. Nothing can be added any more. Stops the work, and leaves a useless file, once
    /// `wanted` answers false; asked from time to time.
    TemporaryFile finish(const std::function<bool()>& wanted = [] { return true; });

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace silaware::sheet
