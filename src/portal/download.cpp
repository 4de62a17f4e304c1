#include "portal/download.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>
#include <boost/json/object.hpp>

#include "portal/figures.hpp"
#include "sheet/csv.hpp"

namespace silaware::portal {

namespace {

constexpr std::size_t longest_id = 64;
constexpr std::size_t piece_size = 128 * 1024;
constexpr std::size_t longest_row = 4096;  ///< as a rule
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
        if (++rows % rows_between_glances != 0) return true;
        pieces.note_rows(rows);
        return !pieces.abandoned();
    });
    if (pieces.abandoned()) return;
    pieces.note_rows(rows);
    pieces.note_packing();
    const auto totals = download.totals();
    if (!totals.empty()) workbook.add_totals(totals);
    workbook.add_facts("About", download.facts());
    const sheet::TemporaryFile file = workbook.finish([&pieces] { return !pieces.abandoned(); });
    if (!pieces.abandoned()) send_file(file, pieces);
}

void make_csv(const Download& download, PieceQueue& pieces, bool mark) {
    std::string piece(mark ? sheet::utf8_mark : "");
    std::vector<sheet::Cell> header;
    for (const auto& column : download.table.columns)
        header.emplace_back(column.title);
    sheet::append_csv(piece, header);
    std::size_t rows = 0;
    download.rows([&](std::span<const sheet::Cell> row) {
        sheet::append_csv(piece, row);
        ++rows;
        if (piece.size() < piece_size) return true;
        pieces.note_rows(rows);
        std::string full = std::exchange(piece, {});
        piece.reserve(full.size() + longest_row);
        return pieces.put(std::move(full));
    });
    pieces.note_rows(rows);
    pieces.put(std::move(piece));
}

}  // namespace

sheet::Cell number_or_blank(std::optional<double> value) {
    return value ? sheet::Cell{figure(*value)} : sheet::Cell{};
}

std::string progress_id(const http::RequestHead& request) {
    return request.query("progress").value_or("").substr(0, longest_id);
}

http::Response progress_of(const ExportDesk& desk, const http::RequestHead& request) {
    // Not begun yet, made by another process, or long over: the page asks again, which is no error.
    const auto progress =
        desk.progress(request.query("id").value_or("")).value_or(ExportProgress{.state = "unknown"});
    return http::Response::json(
        boost::json::object{{"state", progress.state}, {"rows", progress.rows}, {"bytes", progress.bytes}});
}

core::Result<http::Response> send(ExportDesk& desk, Download download, FileKind kind) {
    const bool excel = kind == FileKind::excel;
    const std::string id = download.id;
    const std::string file_name = download.file_name + (excel ? ".xlsx" : ".csv");
    auto source = desk.begin(
        [download = std::move(download), kind](PieceQueue& pieces) {
            if (kind == FileKind::excel) return make_workbook(download, pieces);
            make_csv(download, pieces, kind == FileKind::csv_with_mark);
        },
        id);
    if (!source) return core::fail(source.error());
    auto response =
        http::Response::stream(excel ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                                     : "text/csv; charset=utf-8",
                               std::move(*source));
    response.attachment(file_name);
    return response;
}

}  // namespace silaware::portal
