#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http/request.hpp"
#include "portal/export_desk.hpp"
#include "sheet/workbook.hpp"

namespace silaware::portal {

enum class FileKind { excel, csv, csv_with_mark };

/// A figure as a cell; blank if there is none.
sheet::Cell number_or_blank(std::optional<double> value);

/// Takes a row; false when nobody waits for more.
using RowSink = std::function<bool(std::span<const sheet::Cell>)>;

/// A table as a file to download.
struct Download {
    std::string file_name;  ///< without its extension
    std::string id = {};    ///< to ask for its progress by; may be empty
    sheet::Table table;
    /// Gives every row to the sink until it answers false. Runs once, beside the workers.
    std::function<void(const RowSink&)> rows;
    /// The totals of the rows given, for the workbook's last row.
    std::function<std::vector<sheet::Cell>()> totals;
    /// What the file is: filters, by whom and when; asked after the rows.
    std::function<std::vector<std::pair<std::string, std::string>>()> facts;
};

/// The `progress` parameter of a request for a download: an id that the client has made up.
std::string progress_id(const http::RequestHead& request);
/// How far the download with the `id` of the request is; the state `unknown` for an id that is not known
/// here.
http::Response progress_of(const ExportDesk& desk, const http::RequestHead& request);

/// Sends `download`, made while it is sent (CSV) or made and then sent (Excel). Error `unavailable` when too
/// many are under way.
core::Result<http::Response> send(ExportDesk& desk, Download download, FileKind kind);

}  // namespace silaware::portal
