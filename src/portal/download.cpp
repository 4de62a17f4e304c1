#include "portal/download.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "sheet/csv.hpp"

namespace silaware::portal {

namespace {

constexpr std::size_t piece_size = 128 * 1024;
constexpr std::size_t rows_between_glances = 512;

void send_file(const sheet::TemporaryFile& file, PieceQueue& pieces) {
    const std::size_t size = file.size();
    for (std::size_t offset = 0; offset < size;) {
        std::string piece(std::min(piece_size, size - offset), '\0');
        const auto count =
            ::pread(*file.descriptor(), piece.data(), piece.size(), static_cast<off_t>(offset));
        if (count <= 0) throw std::system_error(errno, std::generic_category(), "reading the finished file");
        piece.resize(static_cast<std::size_t>(count));
        offset += piece.size();
        if (!pieces.put(std::move(piece))) return;
    }
}

void make_workbook(const Download& download, PieceQueue& pieces) {
    sheet::Workbook workbook(download.table);
    std::size_t rows = 0;
    download.rows([&](std::span<const sheet::Cell> row) {
        workbook.add(row);
        return ++rows % rows_between_glances != 0 || !pieces.abandoned();
    });
    if (pieces.abandoned()) return;
    const auto totals = download.totals();
    if (!totals.empty()) workbook.add_totals(totals);
    workbook.add_facts("About", download.facts());
    send_file(workbook.finish(), pieces);
}

void make_csv(const Download& download, PieceQueue& pieces, bool mark) {
    std::string piece(mark ? sheet::utf8_mark : "");
    std::vector<sheet::Cell> header;
    for (const auto& column : download.table.columns)
        header.emplace_back(column.title);
    sheet::append_csv(piece, header);
    download.rows([&](std::span<const sheet::Cell> row) {
        sheet::append_csv(piece, row);
        if (piece.size() < piece_size) return true;
        return pieces.put(std::exchange(piece, {}));
    });
    pieces.put(std::move(piece));
}

}  // namespace

core::Result<http::Response> send(ExportDesk& desk, Download download, FileKind kind) {
    const bool excel = kind == FileKind::excel;
    const std::string file_name = download.file_name + (excel ? ".xlsx" : ".csv");
    auto source = desk.begin([download = std::move(download), kind](PieceQueue& pieces) {
        if (kind == FileKind::excel) return make_workbook(download, pieces);
        make_csv(download, pieces, kind == FileKind::csv_with_mark);
    });
    if (!source) return core::fail(source.error());
    auto response =
        http::Response::stream(excel ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                                     : "text/csv; charset=utf-8",
                               std::move(*source));
    response.attachment(file_name);
    return response;
}

}  // namespace silaware::portal
