#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "sheet/cell.hpp"

// NOLINTNEXTLINE: the library's own struct tag
struct lxw_worksheet;

namespace silaware::sheet {

/// Numbers of the cell formats within the workbook.
struct RowStyles {
    int time = 0;
    int day = 0;
};

/// Writes rows into the temporary file that libxlsxwriter keeps for a sheet in constant memory, in the form
/// that the library would write, at a tenth of the time: its own way to it makes objects of every cell. The
/// rows that came through the library before must have been written out (lxw_worksheet_write_single_row).
class RowWriter {
  public:
    RowWriter(lxw_worksheet* sheet, RowStyles styles) : sheet_(sheet), styles_(styles) {}

    /// `row` counts from 0 and only grows. Throws std::runtime_error if the disk is full; so does `flush`.
    void write(std::size_t row, std::span<const Cell> cells);
    /// Hands everything over, so that the library may go on writing.
    void flush();

  private:
    lxw_worksheet* sheet_;
    RowStyles styles_;
    std::string waiting_;
};

}  // namespace silaware::sheet
