#include <limits>

#include "core/text.hpp"
#include "domain/interval_split.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/download.hpp"
#include "portal/energy_table.hpp"
#include "portal/figures.hpp"
#include "portal/report_request.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using core::Result;
using http::Request;
using http::Response;

constexpr int most_days = 3660;
// In one answer, which is made in memory.
constexpr std::int64_t most_rows = 20'000;
constexpr std::string_view too_many_rows =
    "This report has more than 20,000 rows: choose fewer days or meters, weeks or months, or download it.";

/// What the URL of an energy report says.
struct EnergyRequest {
    EnergyReport report;
    ReportPeriod period;
    std::vector<std::string> devices;
    std::string group;
    std::string by;
};

Result<PeriodLength> parse_length(const std::string& by) {
    if (by == "day") return PeriodLength::day;
    if (by == "week") return PeriodLength::week;
    if (by == "month") return PeriodLength::month;
    return core::fail(
        {core::ErrorCode::invalid, "Choose day, week or month.", {{"by", "Choose day, week or month."}}});
}

/// Days are the site's; without any the running month.
Result<EnergyRequest> parse(const Portal& portal, const Request& request) {
    EnergyRequest wanted;
    auto period = requested_period(request);
    if (!period) return core::fail(period.error());
    wanted.period = *period;
    wanted.period.clock = ReportClock::site;
    const core::LocalDay today = portal.zone.day_of(portal.now());
    wanted.report.last = period->last.value_or(std::max(today, period->first.value_or(today)));
    wanted.report.first = period->first.value_or(domain::first_day(domain::month_of(wanted.report.last)));
    wanted.period.first = wanted.report.first;
    wanted.period.last = wanted.report.last;
    if ((wanted.report.last - wanted.report.first).count() > most_days)
        return core::fail(core::ErrorCode::invalid, "An energy report covers at most ten years.");
    wanted.by = request.query("by").value_or("day");
    const auto length = parse_length(wanted.by);
    if (!length) return core::fail(length.error());
    wanted.report.length = *length;
    auto devices = requested_devices(portal, request, "uid");
    if (!devices) return core::fail(devices.error());
    wanted.devices = std::move(*devices);
    wanted.group = request.query("group").value_or("");
    return wanted;
}

bool is_wanted(const EnergyRequest& wanted, const storage::MeterOverview& meter) {
    if (!wanted.group.empty() && meter.group != wanted.group) return false;
    if (wanted.devices.empty()) return true;
    const std::string key = core::lower_ascii(meter.uid);
    return std::any_of(wanted.devices.begin(), wanted.devices.end(),
                       [&](const std::string& device) { return core::lower_ascii(device) == key; });
}

EnergyWalk walk_of(const Portal& portal, storage::Database& database, const EnergyRequest& wanted) {
    return {database,
            wanted.report,
            [&](const auto& meter) { return is_wanted(wanted, meter); },
            {portal.settings.energy_rate, portal.settings.co2_factor},
            portal.zone,
            portal.now()};
}

object figures_of(const Portal& portal, const EnergyPeriod& period) {
    return {{"energy_kwh", figure(period.energy_kwh)},
            {"cost", figure(period.cost)},
            {"co2_kg", figure(period.co2_kg)},
            {"max_demand_kw", figure_or_null(period.max_demand_kw)},
            {"max_demand_at", instant(portal, period.max_demand_at)},
            {"run_hours", figure(period.run_hours)},
            {"corrections", period.corrections}};
}

object to_json(const Portal& portal, PeriodLength length, const EnergyPeriod& period) {
    object row = figures_of(portal, period);
    row["period"] = period_name(length, period.start);
    row["uid"] = period.meter->uid;
    row["location"] = period.meter->location;
    row["name"] = period.meter->name;
    row["group"] = period.meter->group;
    row["in_total"] = period.in_total;
    row["coverage"] = figure(period.coverage);
    return row;
}

/// The rows of one page, and how many there are.
struct EnergyPage {
    boost::json::array items;
    std::int64_t total = 0;
};

EnergyPage read_page(const Portal& portal, EnergyWalk& walk, PeriodLength length,
                     const core::PageRequest& wanted, std::int64_t most) {
    EnergyPage page;
    const std::int64_t first = wanted.offset();
    walk.each([&](const EnergyPeriod& period) {
        const std::int64_t at = page.total++;
        if (at >= first && at < first + wanted.per_page)
            page.items.push_back(to_json(portal, length, period));
        return page.total <= most;
    });
    return page;
}

Result<Response> list_periods(const Portal& portal, const Request& request) {
    const auto wanted = parse(portal, request);
    if (!wanted) return core::fail(wanted.error());
    EnergyWalk walk = walk_of(portal, portal.database, *wanted);
    // Charts and the printed page want all of it at once.
    const bool is_paged = request.query("page").has_value();
    const core::PageRequest pages = is_paged ? page_request(request) : core::PageRequest{1, most_rows, ""};
    const std::int64_t most = is_paged ? std::numeric_limits<std::int64_t>::max() : most_rows;
    EnergyPage read = read_page(portal, walk, wanted->report.length, pages, most);
    if (read.total > most) return core::fail(core::ErrorCode::invalid, std::string(too_many_rows));
    const std::int64_t per_page = is_paged ? pages.per_page : std::max<std::int64_t>(read.total, 1);
    const core::Page<EnergyPeriod> page{{}, pages.page, per_page, read.total};
    return Response::json(object{{"items", std::move(read.items)},
                                 {"page", page.page},
                                 {"per_page", page.per_page},
                                 {"total", page.total},
                                 {"pages", page.pages()},
                                 {"by", wanted->by},
                                 {"from", core::format_day(wanted->report.first)},
                                 {"to", core::format_day(wanted->report.last)},
                                 {"rate", portal.settings.energy_rate},
                                 {"currency", portal.settings.currency},
                                 {"totals", figures_of(portal, walk.totals())}});
}

Result<Response> download_periods(const Portal& portal, ExportDesk& desk, const Request& request,
                                  const Visitor& visitor, FileKind kind) {
    const auto parsed = parse(portal, request);
    if (!parsed) return core::fail(parsed.error());
    const EnergyRequest& wanted = *parsed;
    auto facts = report_facts(wanted.devices, wanted.period, portal.zone);
    facts.emplace_back("By", wanted.by);
    facts.emplace_back("Group", wanted.group.empty() ? "all" : wanted.group);
    facts.emplace_back("Rate",
                       fmt::format("{} {} per kWh", portal.settings.energy_rate, portal.settings.currency));
    facts.emplace_back("Made at", portal.zone.iso8601(portal.now()));
    facts.emplace_back("Made by", visitor.username);

    Download file;
    file.id = progress_id(request);
    file.file_name = report_file_name("energy-by-" + wanted.by, wanted.devices, wanted.period);
    file.table = energy_sheet();
    const auto walk = std::make_shared<EnergyWalk>(walk_of(portal, portal.report_database, wanted));
    file.rows = [walk, length = wanted.report.length, zone = portal.zone](const RowSink& sink) {
        walk->each([&](const EnergyPeriod& period) { return give_row(period, length, zone, sink); });
    };
    file.totals = [walk, zone = portal.zone] { return totals_row(walk->totals(), zone); };
    file.facts = [facts] { return facts; };
    return send(desk, std::move(file), kind);
}

}  // namespace

void add_energy_report_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk) {
    add_route(router, portal, http::Method::get, "/login/report/energy",
              [&portal](const Request& request, const Visitor& visitor) -> Result<Response> {
                  return plain_page<view::EnergyReportPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/report/energy/json",
              [&portal](const Request& request, const Visitor&) { return list_periods(portal, request); });
    add_download_routes(router, portal, desk, "/login/report/energy", download_periods);
}

}  // namespace silaware::portal
