#include "core/text.hpp"
#include "domain/interval_split.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/download.hpp"
#include "portal/energy_periods.hpp"
#include "portal/figures.hpp"
#include "portal/report_request.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using core::Result;
using http::Request;
using http::Response;
using sheet::Cell;

constexpr int most_days = 3660;

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
        {core::ErrorCode::invalid, "by must be day, week or month", {{"by", "Choose day, week or month."}}});
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
        return core::fail(core::ErrorCode::invalid, "an energy report covers at most ten years");
    wanted.by = request.query("by").value_or("day");
    const auto length = parse_length(wanted.by);
    if (!length) return core::fail(length.error());
    wanted.report.length = *length;
    auto devices = requested_devices(request, "uid");
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

EnergyRows read_rows(const Portal& portal, const EnergyRequest& wanted) {
    const auto& [first, last, length] = wanted.report;
    auto connection = portal.database.acquire();
    EnergyRows rows{storage::meter_overviews(*connection), {}, {}, {}};
    std::erase_if(rows.meters, [&](const auto& meter) { return !is_wanted(wanted, meter); });
    std::vector<storage::KnownDeviceId> ids;
    for (const auto& meter : rows.meters)
        ids.push_back(meter.id);
    if (ids.empty()) return rows;
    rows.days = storage::day_energies(*connection, ids, first, last);
    rows.cycles = storage::cycled_days(*connection, ids, first, last);
    rows.corrections = storage::correction_times(*connection, ids, portal.zone.start_of_day(first),
                                                 portal.zone.start_of_day(last + date::days{1}));
    return rows;
}

/// The rows of a report, with what they refer to.
struct EnergyTable {
    EnergyRequest wanted;
    EnergyRows rows;
    std::vector<EnergyPeriod> periods;
    EnergyPeriod totals;
};

EnergyPeriod add_up(const std::vector<EnergyPeriod>& periods) {
    EnergyPeriod totals;
    for (const auto& period : periods) {
        totals.energy_kwh += period.energy_kwh;
        totals.cost += period.cost;
        totals.co2_kg += period.co2_kg;
        totals.run_hours += period.run_hours;
        totals.corrections += period.corrections;
        if (!period.max_demand_kw || totals.max_demand_kw >= period.max_demand_kw) continue;
        totals.max_demand_kw = period.max_demand_kw;
        totals.max_demand_at = period.max_demand_at;
    }
    return totals;
}

Result<std::shared_ptr<EnergyTable>> make_table(const Portal& portal, const Request& request) {
    auto wanted = parse(portal, request);
    if (!wanted) return core::fail(wanted.error());
    auto table = std::make_shared<EnergyTable>();
    table->wanted = std::move(*wanted);
    table->rows = read_rows(portal, table->wanted);
    const Tariff tariff{portal.settings.energy_rate, portal.settings.co2_factor};
    table->periods = energy_periods(table->rows, table->wanted.report, tariff, portal.zone, portal.now());
    table->totals = add_up(table->periods);
    return table;
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

object to_json(const Portal& portal, const EnergyTable& table, const EnergyPeriod& period) {
    object row = figures_of(portal, period);
    row["period"] = period_name(table.wanted.report.length, period.start);
    row["uid"] = period.meter->uid;
    row["location"] = period.meter->location;
    row["group"] = period.meter->group;
    row["coverage"] = figure(period.coverage);
    return row;
}

Result<Response> json(const Portal& portal, const Request& request) {
    const auto table = make_table(portal, request);
    if (!table) return core::fail(table.error());
    const auto& periods = (*table)->periods;
    auto wanted = page_request(request);
    // Charts and the printed page want all of it at once.
    if (!request.query("page"))
        wanted = {1, std::max<std::int64_t>(static_cast<std::int64_t>(periods.size()), 1), ""};
    const core::Page<EnergyPeriod> page{
        {}, wanted.page, wanted.per_page, static_cast<std::int64_t>(periods.size())};
    const auto first = std::min(wanted.offset(), page.total);
    const auto last = std::min(first + wanted.per_page, page.total);
    boost::json::array items;
    for (auto i = first; i < last; ++i)
        items.push_back(to_json(portal, **table, periods[static_cast<std::size_t>(i)]));
    return Response::json(object{{"items", std::move(items)},
                                 {"page", page.page},
                                 {"per_page", page.per_page},
                                 {"total", page.total},
                                 {"pages", page.pages()},
                                 {"by", (*table)->wanted.by},
                                 {"from", core::format_day((*table)->wanted.report.first)},
                                 {"to", core::format_day((*table)->wanted.report.last)},
                                 {"rate", portal.settings.energy_rate},
                                 {"currency", portal.settings.currency},
                                 {"totals", figures_of(portal, (*table)->totals)}});
}

Cell number_or_blank(std::optional<double> value) {
    return value ? Cell{figure(*value)} : Cell{};
}

Cell clock_or_blank(const core::SiteZone& zone, std::optional<core::Instant> at) {
    return at ? Cell{sheet::WallClock{zone.to_local(*at).time_since_epoch().count()}} : Cell{};
}

void give_rows(const EnergyTable& table, const core::SiteZone& zone, const RowSink& sink) {
    for (const EnergyPeriod& period : table.periods) {
        const std::string name = period_name(table.wanted.report.length, period.start);
        const std::array<Cell, 12> row{std::string_view(name),
                                       std::string_view(period.meter->uid),
                                       std::string_view(period.meter->location),
                                       std::string_view(period.meter->group),
                                       figure(period.energy_kwh),
                                       figure(period.cost),
                                       figure(period.co2_kg),
                                       number_or_blank(period.max_demand_kw),
                                       clock_or_blank(zone, period.max_demand_at),
                                       figure(period.run_hours),
                                       figure(period.coverage),
                                       period.corrections};
        if (!sink(row)) return;
    }
}

std::vector<Cell> totals_row(const EnergyPeriod& totals, const core::SiteZone& zone) {
    return {std::string_view("Total"),
            Cell{},
            Cell{},
            Cell{},
            figure(totals.energy_kwh),
            figure(totals.cost),
            figure(totals.co2_kg),
            number_or_blank(totals.max_demand_kw),
            clock_or_blank(zone, totals.max_demand_at),
            figure(totals.run_hours),
            Cell{},
            totals.corrections};
}

const sheet::Table& energy_table() {
    static const sheet::Table table{"Energy",
                                    {{"period", 12},
                                     {"uid", 20},
                                     {"location", 24},
                                     {"group", 16},
                                     {"energy_kwh", 14},
                                     {"cost", 16},
                                     {"co2_kg", 14},
                                     {"max_demand_kw", 16},
                                     {"max_demand_at", 20},
                                     {"run_hours", 12},
                                     {"coverage", 10},
                                     {"corrections", 12}}};
    return table;
}

Result<Response> download(const Portal& portal, ExportDesk& desk, const Request& request,
                          const Visitor& visitor, FileKind kind) {
    const auto made = make_table(portal, request);
    if (!made) return core::fail(made.error());
    const std::shared_ptr<const EnergyTable> table = *made;
    const auto& wanted = table->wanted;
    auto facts = report_facts(wanted.devices, wanted.period, portal.zone);
    facts.emplace_back("By", wanted.by);
    facts.emplace_back("Group", wanted.group.empty() ? "all" : wanted.group);
    facts.emplace_back("Rate",
                       fmt::format("{} {} per kWh", portal.settings.energy_rate, portal.settings.currency));
    facts.emplace_back("Made at", portal.zone.iso8601(portal.now()));
    facts.emplace_back("Made by", visitor.username);

    Download file;
    file.file_name = report_file_name("energy-by-" + wanted.by, wanted.devices, wanted.period);
    file.table = energy_table();
    file.rows = [table, zone = portal.zone](const RowSink& sink) { give_rows(*table, zone, sink); };
    file.totals = [table, zone = portal.zone] { return totals_row(table->totals, zone); };
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
              [&portal](const Request& request, const Visitor&) { return json(portal, request); });
    add_route(router, portal, http::Method::get, "/login/report/energy/excel",
              [&portal, desk](const Request& request, const Visitor& visitor) {
                  return download(portal, *desk, request, visitor, FileKind::excel);
              });
    add_route(router, portal, http::Method::get, "/login/report/energy/csv",
              [&portal, desk](const Request& request, const Visitor& visitor) {
                  return download(portal, *desk, request, visitor, csv_kind(request));
              });
}

}  // namespace silaware::portal
