#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view power = "Power";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/summary",
        .tag = power,
        .summary = "The summary page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/summary/all_summary",
        .tag = power,
        .summary = "Every meter in a month",
        .query = "month:integer year:integer",
        .fields = "month rate:number currency devices:[{uid location mcu_type name group online:boolean "
                  "last_seen:date-time power_w:number energy_kwh:number cost:number co2_kg:number "
                  "forecast_kwh:number forecast_cost:number max_demand_kw:number max_demand_at:date-time? "
                  "in_total:boolean weekly_duration:{weeks:[string] hours:[number]} "
                  "daily_energy:{days:[date] kwh:[number]}}] "
                  "totals:{power_w:number energy_kwh:number cost:number co2_kg:number forecast_kwh:number "
                  "forecast_cost:number max_demand_kw:number max_demand_at:date-time?}",
        .description = "A sub-meter is not in the totals, since the meter before it measures its load too.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/summary/load",
        .tag = power,
        .summary = "Mean power of all meters but sub-meters together, by quarter hours of the last 24 hours",
        .fields = "from:date-time to:date-time points:[{t:date-time power_w:number?}]",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring",
        .tag = power,
        .summary = "The page of one meter",
        .query = "uid!",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/data",
        .tag = power,
        .summary = "A meter's last 20 readings, oldest first",
        .query = "uid!",
        .fields = "uid rtc:[string?] voltage:[number?] current:[number?] power:[number?] frequency:[number?] "
                  "pf:[number?] energy:[number?] co2:[number?] observed_at:[date-time?] relay_state? "
                  "online:boolean last_seen:date-time?",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/history",
        .tag = power,
        .summary = "A meter's own daily history",
        .query = "uid!",
        .fields = "uid labels:[string] values:[number?] days:[date]",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/weekly_duration",
        .tag = power,
        .summary = "Hours of run cycles in each of the last 5 weeks",
        .query = "uid!",
        .fields = "uid weeks:[string] hours:[number]",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/forecast_energy",
        .tag = power,
        .summary = "A meter's month and its forecast",
        .query = "uid! month:integer year:integer",
        .fields = "uid month energy_kwh:number active_days:integer days_in_month:integer forecast_kwh:number "
                  "rate:number currency cost:number forecast_cost:number co2_kg:number max_demand_kw:number "
                  "max_demand_at:date-time?",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/corrections",
        .tag = power,
        .summary = "What of a register did not count as energy",
        .query = "uid! page:integer per_page:integer",
        .answer = paged,
        .fields = "observed_at:date-time register class before:number? after:number? energy_kwh:number",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/series",
        .tag = power,
        .summary = "Power and energy over time",
        .query = "uid! from:date-time to:date-time step",
        .fields = "uid step from:date-time to:date-time points:[{t:date-time power_w:number? "
                  "max_power_w:number? energy_kwh:number co2_kg:number coverage:number}]",
        .description = "At most 2,000 points.",
    },
    Endpoint{
        .method = get,
        .pattern = "/power_monitoring/cycles",
        .tag = power,
        .summary = "Run cycles of a meter",
        .query = "uid! page:integer per_page:integer",
        .answer = paged,
        .fields = "cycle_count:integer start stop duration",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/live",
        .tag = power,
        .summary = "Readings as they come",
        .answer = events,
        .fields = "uid power_w:number? voltage:number? current:number? pf:number? frequency:number? "
                  "energy_kwh:number? co2_kg:number? relay_state? observed_at:date-time",
        .description = "Events named reading, each within a second of its reading.",
    },
};

}  // namespace

std::span<const Endpoint> power_endpoints() {
    return table;
}

}  // namespace silaware::portal
