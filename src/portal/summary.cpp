#include "core/text.hpp"
#include "domain/interval_split.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/figures.hpp"
#include "portal/month_figures.hpp"
#include "portal/presence.hpp"
#include "portal/routes.hpp"
#include "portal/site_demand.hpp"
#include "portal/totals.hpp"
#include "storage/meter_queries.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;

constexpr int profile_days = 7;
constexpr std::chrono::hours shown_load{24};

/// All that the summary shows, of all meters together: four queries, whatever their number, and one for a day
/// whose demand has changed.
struct SummaryRows {
    std::vector<storage::MeterOverview> meters;
    std::vector<storage::DayEnergy> month;
    std::vector<storage::DayEnergy> week;
    std::vector<storage::WeekCycles> cycles;
    std::optional<storage::JointDemand> demand;
};

/// Of the meters whose sum is the site's.
std::vector<storage::KnownDeviceId> counted_ids(std::span<const storage::MeterOverview> meters) {
    const TotalOf total(meters);
    std::vector<storage::KnownDeviceId> ids;
    for (const auto& meter : meters)
        if (total.counts(meter)) ids.push_back(meter.id);
    return ids;
}

SummaryRows read_rows(const Portal& portal, SiteDemand& site_demand, date::year_month month,
                      core::LocalDay today) {
    auto connection = portal.database.acquire();
    SummaryRows rows{storage::meter_overviews(*connection), {}, {}, {}, {}};
    std::vector<storage::KnownDeviceId> ids;
    for (const auto& meter : rows.meters)
        ids.push_back(meter.id);
    if (ids.empty()) return rows;
    const core::LocalDay first = domain::first_day(month);
    if (first <= today) {
        rows.month =
            storage::day_energies(*connection, ids, first, first + date::days{domain::days_in(month) - 1});
        rows.demand = site_demand.highest(*connection, counted_ids(rows.meters), rows.month, portal.zone);
    }
    rows.week = storage::day_energies(*connection, ids, today - date::days{profile_days - 1}, today);
    rows.cycles = storage::week_cycles(*connection, ids, last_weeks(today).first_monday);
    return rows;
}

object daily_energy(std::span<const storage::DayEnergy> rows, core::LocalDay today) {
    const auto kwh = kwh_by_day(rows);
    array days;
    array values;
    for (int i = profile_days - 1; i >= 0; --i) {
        const core::LocalDay day = today - date::days{i};
        const auto found = kwh.find(day);
        days.emplace_back(core::format_day(day));
        values.emplace_back(found == kwh.end() ? 0.0 : figure(found->second));
    }
    return {{"days", std::move(days)}, {"kwh", std::move(values)}};
}

struct Totals {
    double power_w = 0;
    MonthFigures month;

    void add(double power, const MonthFigures& figures) {
        power_w += power;
        month.energy_kwh += figures.energy_kwh;
        month.cost += figures.cost;
        month.co2_kg += figures.co2_kg;
        month.forecast_kwh += figures.forecast_kwh;
        month.forecast_cost += figures.forecast_cost;
    }
};

void put_figures(object& target, const Portal& portal, double power_w, const MonthFigures& figures) {
    target["power_w"] = figure(power_w);
    target["energy_kwh"] = figure(figures.energy_kwh);
    target["cost"] = figure(figures.cost);
    target["co2_kg"] = figure(figures.co2_kg);
    target["forecast_kwh"] = figure(figures.forecast_kwh);
    target["forecast_cost"] = figure(figures.forecast_cost);
    target["max_demand_kw"] = figure(figures.max_demand_kw.value_or(0));
    target["max_demand_at"] = instant(portal, figures.max_demand_at);
}

object identity(const Portal& portal, const storage::MeterOverview& meter, core::Instant now) {
    return {{"uid", meter.uid},
            {"location", meter.location},
            {"mcu_type", meter.mcu_type},
            {"name", meter.name},
            {"group", meter.group},
            {"online", is_online(meter.last_seen_ms, meter.usual_interval_ms, now)},
            {"last_seen", instant_ms(portal, meter.last_seen_ms)}};
}

core::Result<http::Response> all_summary(const Portal& portal, SiteDemand& site_demand,
                                         const http::Request& request) {
    const core::Instant now = portal.now();
    const core::LocalDay today = portal.zone.day_of(now);
    const auto month = requested_month(request, today);
    if (!month) return core::fail(month.error());
    const SummaryRows rows = read_rows(portal, site_demand, *month, today);
    const Tariff tariff{portal.settings.energy_rate, portal.settings.co2_factor};
    const Weeks weeks = last_weeks(today);
    // A month to come is all zeros, the power of now included.
    const bool to_come = domain::first_day(*month) > today;

    array devices;
    Totals totals;
    const TotalOf total(rows.meters);
    for (const auto& meter : rows.meters) {
        const auto figures =
            month_figures(rows_of(rows.month, meter.id), *month, today, tariff, meter.sends_co2);
        const double power = to_come ? 0 : core::widen(meter.power_w.value_or(0));
        object device = identity(portal, meter, now);
        put_figures(device, portal, power, figures);
        device["weekly_duration"] =
            object{{"weeks", json_texts(weeks.names)},
                   {"hours", json_numbers(weekly_hours(weeks, rows_of(rows.cycles, meter.id)))}};
        device["daily_energy"] = daily_energy(rows_of(rows.week, meter.id), today);
        device["in_total"] = total.counts(meter);
        devices.push_back(std::move(device));
        if (total.counts(meter)) totals.add(power, figures);
    }
    if (rows.demand) {
        totals.month.max_demand_kw = rows.demand->kw;
        totals.month.max_demand_at = rows.demand->quarter;
    }
    object sums;
    put_figures(sums, portal, totals.power_w, totals.month);
    return http::Response::json(object{{"month", format_month(*month)},
                                       {"rate", portal.settings.energy_rate},
                                       {"currency", portal.settings.currency},
                                       {"devices", std::move(devices)},
                                       {"totals", std::move(sums)}});
}

core::Result<http::Response> load(const Portal& portal) {
    const core::Instant now = portal.now();
    const core::Instant since = now - shown_load;
    auto connection = portal.database.acquire();
    const auto meters = counted_ids(storage::meter_overviews(*connection));
    array points;
    for (const auto& quarter : storage::joint_load(*connection, meters, since, now)) {
        points.push_back(object{{"t", portal.zone.iso8601(quarter.quarter)},
                                {"power_w", figure_or_null(quarter.power_w)}});
    }
    return http::Response::json(object{{"from", portal.zone.iso8601(since)},
                                       {"to", portal.zone.iso8601(now)},
                                       {"points", std::move(points)}});
}

}  // namespace

void add_summary_routes(http::Router& router, Portal& portal) {
    add_route(
        router, portal, http::Method::get, "/login/summary",
        [&portal](const http::Request& request, const Visitor& visitor) -> core::Result<http::Response> {
            return plain_page<view::SummaryPage>(portal, request, visitor);
        });
    add_route(
        router, portal, http::Method::get, "/login/summary/all_summary",
        [&portal, demand = std::make_shared<SiteDemand>()](const http::Request& request, const Visitor&) {
            return all_summary(portal, *demand, request);
        });
    add_route(router, portal, http::Method::get, "/login/summary/load",
              [&portal](const http::Request&, const Visitor&) { return load(portal); });
}

}  // namespace silaware::portal
