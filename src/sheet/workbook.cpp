#include "sheet/workbook.hpp"

#include <cstdio>
#include <stdexcept>

#include <xlsxwriter.h>

#include "core/text.hpp"
#include "sheet/quick_zip.hpp"
#include "sheet/row_writer.hpp"
#include "sheet/serial.hpp"

namespace silaware::sheet {

namespace {

void check(lxw_error error, const char* what) {
    if (error != LXW_NO_ERROR)
        throw std::runtime_error(fmt::format("{} failed: {}", what, lxw_strerror(error)));
}

struct Formats {
    lxw_format* plain = nullptr;
    lxw_format* time = nullptr;
    lxw_format* day = nullptr;
};

Formats make_formats(lxw_workbook* book, bool bold) {
    Formats formats{bold ? workbook_add_format(book) : nullptr, workbook_add_format(book),
                    workbook_add_format(book)};
    format_set_num_format(formats.time, "yyyy-mm-dd hh:mm:ss");
    format_set_num_format(formats.day, "yyyy-mm-dd");
    for (lxw_format* format : {formats.plain, formats.time, formats.day}) {
        if (bold) format_set_bold(format);
    }
    return formats;
}

struct WriteCell {
    lxw_worksheet* sheet;
    lxw_row_t row;
    lxw_col_t column;
    const Formats& formats;

    lxw_error operator()(std::monostate) const { return LXW_NO_ERROR; }
    lxw_error operator()(std::string_view text) const {
        const std::string terminated(core::truncate_utf8(text, longest_text));
        return worksheet_write_string(sheet, row, column, terminated.c_str(), formats.plain);
    }
    lxw_error operator()(std::int64_t value) const { return (*this)(static_cast<double>(value)); }
    lxw_error operator()(double value) const {
        return worksheet_write_number(sheet, row, column, value, formats.plain);
    }
    lxw_error operator()(WallClock time) const {
        return worksheet_write_number(sheet, row, column, serial(time), formats.time);
    }
    lxw_error operator()(Day day) const {
        return worksheet_write_number(sheet, row, column, serial(day), formats.day);
    }
};

void write_row(lxw_worksheet* sheet, std::size_t row, std::span<const Cell> cells, const Formats& formats) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const WriteCell write{sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(i), formats};
        check(std::visit(write, cells[i]), "writing a cell");
    }
}

}  // namespace

struct Workbook::Implementation {
    Table table;
    std::size_t most_rows;
    TemporaryFile file;
    lxw_workbook* book = nullptr;
    std::vector<lxw_worksheet*> all_sheets;
    lxw_worksheet* sheet = nullptr;
    std::optional<RowWriter> writer;  ///< of the current sheet
    int table_sheets = 0;
    std::size_t rows = 0;  ///< of the current sheet, below its header
    Formats plain;
    Formats bold;

    Implementation(Table of, std::size_t most) : table(std::move(of)), most_rows(most) {
        static_cast<void>(zips_quickly());  // the call is what links it in
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        book = workbook_new_opt(file.path().c_str(), &options);
        if (book == nullptr) throw std::runtime_error("the workbook could not be opened");
        plain = make_formats(book, false);
        bold = make_formats(book, true);
        begin_sheet();
    }

    ~Implementation() {
        if (book == nullptr) return;
        // The library closes the rows of a sheet only when it assembles the file.
        for (lxw_worksheet* dropped : all_sheets) {
            if (dropped->optimize_tmpfile != nullptr) std::fclose(dropped->optimize_tmpfile);
        }
        lxw_workbook_free(book);
    }

    lxw_worksheet* new_sheet(const std::string& name) {
        lxw_worksheet* added = workbook_add_worksheet(book, name.c_str());
        if (added == nullptr) throw std::runtime_error("the sheet \"" + name + "\" could not be added");
        all_sheets.push_back(added);
        return added;
    }

    void begin_sheet() {
        ++table_sheets;
        sheet = new_sheet(table_sheets == 1 ? table.name : fmt::format("{} {}", table.name, table_sheets));
        rows = 0;
        std::vector<Cell> header;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const auto column = static_cast<lxw_col_t>(i);
            check(worksheet_set_column(sheet, column, column, table.columns[i].width, nullptr),
                  "setting a width");
            header.emplace_back(table.columns[i].title);
        }
        const auto last_column = static_cast<lxw_col_t>(table.columns.size() - 1);
        check(worksheet_autofilter(sheet, 0, 0, 1, last_column), "setting the filter");
        worksheet_freeze_panes(sheet, 1, 0);
        write_row(sheet, 0, header, bold);
        lxw_worksheet_write_single_row(sheet);
        writer.emplace(sheet,
                       RowStyles{lxw_format_get_xf_index(plain.time), lxw_format_get_xf_index(plain.day)});
    }

    // The library takes a filter only before the rows, when nobody knows how many there will be.
    void end_sheet() {
        writer->flush();
        sheet->autofilter.last_row = static_cast<lxw_row_t>(rows);
    }

    void make_room() {
        if (rows < most_rows) return;
        end_sheet();
        begin_sheet();
    }
};

Workbook::Workbook(Table table, std::size_t most_rows)
    : implementation_(std::make_unique<Implementation>(std::move(table), most_rows)) {}

Workbook::~Workbook() = default;

void Workbook::add(std::span<const Cell> row) {
    implementation_->make_room();
    implementation_->writer->write(++implementation_->rows, row);
}

void Workbook::add_totals(std::span<const Cell> row) {
    implementation_->make_room();
    implementation_->writer->flush();
    write_row(implementation_->sheet, implementation_->rows + 1, row, implementation_->bold);
}

void Workbook::add_facts(const std::string& name,
                         const std::vector<std::pair<std::string, std::string>>& facts) {
    lxw_worksheet* sheet = implementation_->new_sheet(name);
    check(worksheet_set_column(sheet, 0, 0, 24, implementation_->bold.plain), "setting a width");
    check(worksheet_set_column(sheet, 1, 1, 60, nullptr), "setting a width");
    std::size_t row = 0;
    for (const auto& [label, value] : facts) {
        write_row(sheet, row, std::array<Cell, 1>{std::string_view(label)}, implementation_->bold);
        const WriteCell write{sheet, static_cast<lxw_row_t>(row), 1, implementation_->plain};
        check(write(std::string_view(value)), "writing a cell");
        ++row;
    }
}

TemporaryFile Workbook::finish(const std::function<bool()>& wanted) {
    implementation_->end_sheet();
    const TemporaryFile file = implementation_->file;
    const ZipWhile zipping(wanted);
    lxw_workbook* book = std::exchange(implementation_->book, nullptr);
    check(workbook_close(book), "assembling the file");
    return file;
}

}  // namespace silaware::sheet
