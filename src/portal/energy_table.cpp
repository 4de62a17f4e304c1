#include "portal/energy_table.hpp"

#include "portal/figures.hpp"

namespace silaware::portal {

namespace {

using sheet::Cell;

EnergyRows read_rows(storage::Connection& connection, const EnergyReport& report,
                     const std::function<bool(const storage::MeterOverview&)>& is_wanted,
                     const core::SiteZone& zone) {
    EnergyRows rows{storage::meter_overviews(connection), {}, {}, {}};
    std::erase_if(rows.meters, [&](const auto& meter) { return !is_wanted(meter); });
    std::vector<storage::KnownDeviceId> ids;
    for (const auto& meter : rows.meters)
        ids.push_back(meter.id);
    if (ids.empty()) return rows;
    rows.days = storage::day_energies(connection, ids, report.first, report.last);
    rows.cycles = storage::cycled_days(connection, ids, report.first, report.last);
    rows.corrections = storage::correction_times(connection, ids, zone.start_of_day(report.first),
                                                 zone.start_of_day(report.last + date::days{1}));
    return rows;
}

Cell number_or_blank(std::optional<double> value) {
    return value ? Cell{figure(*value)} : Cell{};
}

Cell clock_or_blank(const core::SiteZone& zone, std::optional<core::Instant> at) {
    return at ? Cell{sheet::WallClock{zone.to_local(*at).time_since_epoch().count()}} : Cell{};
}

}  // namespace

void fill_energy_table(EnergyTable& table, storage::Connection& connection,
                       const std::function<bool(const storage::MeterOverview&)>& is_wanted,
                       const Tariff& tariff, const core::SiteZone& zone, core::Instant now) {
    table.rows = read_rows(connection, table.report, is_wanted, zone);
    table.periods = energy_periods(table.rows, table.report, tariff, zone, now);
    table.totals = add_up(table.periods);
}

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

void give_rows(const EnergyTable& table, const core::SiteZone& zone, const RowSink& sink) {
    for (const EnergyPeriod& period : table.periods) {
        const std::string name = period_name(table.report.length, period.start);
        const std::array<Cell, 13> row{std::string_view(name),
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
                                       period.corrections,
                                       std::string_view(period.meter->name)};
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
            totals.corrections,
            Cell{}};
}

const sheet::Table& energy_sheet() {
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
                                     {"corrections", 12},
                                     {"name", 24}}};
    return table;
}

}  // namespace silaware::portal
