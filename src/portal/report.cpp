#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/download.hpp"
#include "portal/figures.hpp"
#include "portal/report_request.hpp"
#include "portal/routes.hpp"
#include "storage/report_queries.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using core::Result;
using http::Request;
using http::Response;
using sheet::Cell;
using storage::ReportedRun;
using storage::RunSums;

/// What the URL of a report says.
struct RunReport {
    storage::RunFilter filter;
    storage::RunOrder order;
    ReportPeriod period;
    std::string sort;  ///< as asked for
};

Result<storage::RunOrder> parse_order(std::string_view sort) {
    using enum storage::RunColumn;
    static const std::map<std::string_view, storage::RunColumn> columns{
        {"id", id},     {"mac_address", mac_address}, {"location", location},  {"start", start},
        {"stop", stop}, {"cycle_count", cycle_count}, {"total_run", total_run}};
    if (sort.empty()) return storage::RunOrder{};
    const bool descending = sort.front() == '-';
    const auto column = columns.find(descending ? sort.substr(1) : sort);
    if (column == columns.end()) {
        return core::fail(core::ErrorCode::invalid,
                          "Sort by the name of a column, with a minus in front for descending order.");
    }
    return storage::RunOrder{column->second,
                             descending ? storage::Direction::descending : storage::Direction::ascending};
}

Result<RunReport> parse_report(const Portal& portal, const Request& request) {
    RunReport report;
    auto devices = requested_devices(portal, request, "mac");
    if (!devices) return core::fail(devices.error());
    if (devices->size() > storage::RunFilter::most_devices) {
        static_assert(storage::RunFilter::most_devices == 64);
        return core::fail(core::ErrorCode::invalid, "A report covers at most 64 devices.");
    }
    report.filter.devices = std::move(*devices);
    auto period = requested_period(request);
    if (!period) return core::fail(period.error());
    report.period = *period;
    const auto epoch = [&](core::LocalDay day) { return report.period.start_of(portal.zone, day); };
    if (period->first) report.filter.start_from = epoch(*period->first);
    if (period->last) report.filter.start_before = epoch(*period->last + date::days{1});
    report.filter.search = page_request(request).search;
    report.sort = request.query("sort").value_or("");
    const auto order = parse_order(report.sort);
    if (!order) return core::fail(order.error());
    report.order = *order;
    return report;
}

object to_json(const Portal& portal, const RunReport& report, const ReportedRun& run) {
    const auto text = [&](std::int64_t epoch) {
        return core::format_local(
            core::LocalTime{core::Seconds{report.period.wall_clock(portal.zone, epoch)}});
    };
    return {{"id", run.id},
            {"mac_address", run.mac_address},
            {"location", run.location},
            {"start", text(run.start)},
            {"stop", text(run.stop)},
            {"cycle_count", run.cycle_count},
            {"total_run", run.total_run}};
}

Result<Response> list_runs(const Portal& portal, const Request& request) {
    const auto report = parse_report(portal, request);
    if (!report) return core::fail(report.error());
    const auto page_wanted = page_request(request);
    auto connection = portal.database.acquire();
    const RunSums sums = storage::sum_runs(*connection, report->filter);
    core::Page<ReportedRun> page{storage::find_runs(*connection, report->filter, report->order, page_wanted),
                                 page_wanted.page, page_wanted.per_page, sums.runs};
    boost::json::array items;
    for (const auto& run : page.items)
        items.push_back(to_json(portal, *report, run));
    return Response::json(
        object{{"items", std::move(items)},
               {"page", page.page},
               {"per_page", page.per_page},
               {"total", page.total},
               {"pages", page.pages()},
               {"timezone", report->period.zone_name(portal.zone)},
               {"totals", object{{"runs", sums.runs},
                                 {"cycles", sums.runs},
                                 {"total_run", sums.run_seconds},
                                 {"hours", figure(static_cast<double>(sums.run_seconds) / 3600)},
                                 {"run_time", core::format_hms(sums.run_seconds)}}}});
}

/// Rows go by while the file is made; what they add up to is known at its end.
struct RunRows {
    std::shared_ptr<storage::Database::Lease> connection;
    RunReport report;
    core::SiteZone zone;
    RunSums sums;

    void give(const RowSink& sink) {
        storage::stream_runs(**connection, report.filter, report.order, [&](const ReportedRun& run) {
            ++sums.runs;
            sums.run_seconds += run.total_run;
            const auto clock = [&](std::int64_t epoch) {
                return sheet::WallClock{report.period.wall_clock(zone, epoch)};
            };
            const std::array<Cell, 7> row{run.id,
                                          std::string_view(run.mac_address),
                                          std::string_view(run.location),
                                          clock(run.start),
                                          clock(run.stop),
                                          run.cycle_count,
                                          run.total_run};
            return sink(row);
        });
    }
};

const sheet::Table& run_table() {
    static const sheet::Table table{"Runs",
                                    {{"id", 10},
                                     {"mac_address", 20},
                                     {"location", 24},
                                     {"start", 20},
                                     {"stop", 20},
                                     {"cycle_count", 12},
                                     {"total_run", 12}}};
    return table;
}

Result<Response> download_runs(const Portal& portal, ExportDesk& desk, const Request& request,
                               const Visitor& visitor, FileKind kind) {
    auto report = parse_report(portal, request);
    if (!report) return core::fail(report.error());
    // Taken here, so that a database that is away is said before the download begins.
    auto rows = std::make_shared<RunRows>(
        RunRows{std::make_shared<storage::Database::Lease>(portal.report_database.acquire()),
                *report,
                portal.zone,
                {}});
    Download file;
    file.id = progress_id(request);
    file.file_name = report_file_name("runs", report->filter.devices, report->period);
    file.table = run_table();
    file.rows = [rows](const RowSink& sink) { rows->give(sink); };
    file.totals = [rows] {
        return std::vector<Cell>{std::string_view("Total"), rows->sums.runs, Cell{}, Cell{}, Cell{}, Cell{},
                                 rows->sums.run_seconds};
    };
    const auto made_at = portal.zone.iso8601(portal.now());
    file.facts = [rows, made_at, by = visitor.username] {
        auto facts = report_facts(rows->report.filter.devices, rows->report.period, rows->zone);
        facts.emplace_back("Search", rows->report.filter.search);
        facts.emplace_back("Sorted by", rows->report.sort.empty() ? "-start" : rows->report.sort);
        facts.emplace_back("Runs", std::to_string(rows->sums.runs));
        facts.emplace_back("Run time", core::format_hms(rows->sums.run_seconds));
        facts.emplace_back("Made at", made_at);
        facts.emplace_back("Made by", by);
        return facts;
    };
    return send(desk, std::move(file), kind);
}

}  // namespace

void add_report_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk) {
    add_route(router, portal, http::Method::get, "/login/report",
              [&portal](const Request& request, const Visitor& visitor) -> Result<Response> {
                  return plain_page<view::ReportPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/report/json",
              [&portal](const Request& request, const Visitor&) { return list_runs(portal, request); });
    add_download_routes(router, portal, desk, "/login/report", download_runs);
    add_route(router, portal, http::Method::get, "/login/report/progress",
              [desk](const Request& request, const Visitor&) { return progress_of(*desk, request); });
}

}  // namespace silaware::portal
