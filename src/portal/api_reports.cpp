#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view reports = "Reports";

constexpr std::string_view report_query = "mac from:date to:date tz sort search progress";
constexpr std::string_view report_page_query =
    "mac from:date to:date tz sort search page:integer per_page:integer";
constexpr std::string_view energy_query = "by uid group from:date to:date progress";
constexpr std::string_view energy_page_query = "by uid group from:date to:date page:integer per_page:integer";
constexpr std::string_view excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/report",
        .tag = reports,
        .summary = "The page of machine runs",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/json",
        .tag = reports,
        .summary = "Machine runs",
        .query = report_page_query,
        .answer = paged,
        .fields = "id:integer mac_address location start stop cycle_count:integer total_run:integer",
        .beside = "timezone totals:{runs:integer cycles:integer total_run:integer hours:number run_time}",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/excel",
        .tag = reports,
        .summary = "The same as a workbook",
        .query = report_query,
        .answer = file,
        .fields = excel,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/csv",
        .tag = reports,
        .summary = "The same as CSV",
        .query = "mac from:date to:date tz sort search bom progress",
        .answer = file,
        .fields = "text/csv",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/progress",
        .tag = reports,
        .summary = "How far the download is that was asked for with progress=id",
        .query = "id",
        .fields = "state rows:integer bytes:integer",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/energy",
        .tag = reports,
        .summary = "The page of the energy report",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/energy/json",
        .tag = reports,
        .summary = "Energy by period, meter and group",
        .query = energy_page_query,
        .answer = paged,
        .fields = "period uid location name group energy_kwh:number cost:number co2_kg:number "
                  "max_demand_kw:number? max_demand_at:date-time? run_hours:number coverage:number "
                  "corrections:integer in_total:boolean",
        .beside =
            "by from:date to:date rate:number currency totals:{energy_kwh:number cost:number co2_kg:number "
            "max_demand_kw:number? max_demand_at:date-time? run_hours:number corrections:integer}",
        .description = "Without page all of it in one, at most 20,000 rows.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/energy/excel",
        .tag = reports,
        .summary = "The same as a workbook",
        .query = energy_query,
        .answer = file,
        .fields = excel,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/report/energy/csv",
        .tag = reports,
        .summary = "The same as CSV",
        .query = "by uid group from:date to:date bom progress",
        .answer = file,
        .fields = "text/csv",
    },
};

}  // namespace

std::span<const Endpoint> reports_endpoints() {
    return table;
}

}  // namespace silaware::portal
