#include "portal/energy_table.hpp"

#include <algorithm>

#include "portal/device_order.hpp"
#include "portal/figures.hpp"

namespace silaware::portal {

namespace {

using sheet::Cell;

// A meter has one a day in each of the tables.
constexpr std::int64_t rows_at_once = 20'000;

std::vector<storage::MeterOverview> read_meters(
    storage::Connection& connection, const std::function<bool(const storage::MeterOverview&)>& is_wanted) {
    auto meters = storage::meter_overviews(connection);
    std::erase_if(meters, [&](const auto& meter) { return !is_wanted(meter); });
    std::sort(meters.begin(), meters.end(), [](const auto& a, const auto& b) {
        return stands_before({a.name, a.location, a.uid}, {b.name, b.location, b.uid});
    });
    return meters;
}

/// All but the meters, which are there.
void read_days(EnergyRows& rows, storage::Connection& connection, const EnergyReport& report,
               const core::SiteZone& zone) {
    std::vector<storage::KnownDeviceId> ids;
    for (const auto& meter : rows.meters)
        ids.push_back(meter.id);
    if (ids.empty()) return;
    rows.days = storage::day_energies(connection, ids, report.first, report.last);
    rows.cycles = storage::cycled_days(connection, ids, report.first, report.last);
    rows.corrections = storage::correction_times(connection, ids, zone.start_of_day(report.first),
                                                 zone.start_of_day(report.last + date::days{1}));
}

void add_to(EnergyPeriod& totals, const EnergyPeriod& period) {
    totals.energy_kwh += period.energy_kwh;
    totals.cost += period.cost;
    totals.co2_kg += period.co2_kg;
    totals.run_hours += period.run_hours;
    totals.corrections += period.corrections;
    if (!period.max_demand_kw || totals.max_demand_kw >= period.max_demand_kw) return;
    totals.max_demand_kw = period.max_demand_kw;
    totals.max_demand_at = period.max_demand_at;
}

Cell clock_or_blank(const core::SiteZone& zone, std::optional<core::Instant> at) {
    return at ? Cell{sheet::WallClock{zone.to_local(*at).time_since_epoch().count()}} : Cell{};
}

}  // namespace

void fill_energy_table(EnergyTable& table, storage::Connection& connection,
                       const std::function<bool(const storage::MeterOverview&)>& is_wanted,
                       const Tariff& tariff, const core::SiteZone& zone, core::Instant now) {
    table.rows.meters = read_meters(connection, is_wanted);
    read_days(table.rows, connection, table.report, zone);
    table.periods = energy_periods(table.rows, table.report, tariff, zone, now);
    for (const EnergyPeriod& period : table.periods)
        if (period.in_total) add_to(table.totals, period);
}

EnergyWalk::EnergyWalk(storage::Database& database, const EnergyReport& report, const WantedMeter& is_wanted,
                       const Tariff& tariff, const core::SiteZone& zone, core::Instant now)
    : database_(database), report_(report), tariff_(tariff), zone_(zone), now_(now) {
    piece_.rows.meters = read_meters(*database_.acquire(), is_wanted);
}

void EnergyWalk::each(const std::function<bool(const EnergyPeriod&)>& sink) {
    for (core::LocalDay first = report_.first; first <= report_.last;
         first = piece_.report.last + date::days{1}) {
        read_piece(first);
        for (const EnergyPeriod& period : piece_.periods) {
            if (period.in_total) add_to(piece_.totals, period);
            if (!sink(period)) return;
        }
    }
}

core::LocalDay EnergyWalk::last_day_of_piece(core::LocalDay first) const {
    const auto meters = std::max<std::int64_t>(1, static_cast<std::int64_t>(piece_.rows.meters.size()));
    const date::days further{std::min<std::int64_t>(rows_at_once / meters, (report_.last - first).count())};
    const core::LocalDay end = period_end(report_.length, period_start(report_.length, first + further));
    return std::min(report_.last, end - date::days{1});
}

void EnergyWalk::read_piece(core::LocalDay first) {
    piece_.report = {first, last_day_of_piece(first), report_.length};
    read_days(piece_.rows, *database_.acquire(), piece_.report, zone_);
    piece_.periods = energy_periods(piece_.rows, piece_.report, tariff_, zone_, now_);
}

EnergyPeriod add_up(const std::vector<EnergyPeriod>& periods) {
    EnergyPeriod totals;
    for (const auto& period : periods)
        add_to(totals, period);
    return totals;
}

bool give_row(const EnergyPeriod& period, PeriodLength length, const core::SiteZone& zone,
              const RowSink& sink) {
    const std::string name = period_name(length, period.start);
    const std::array<Cell, 14> row{std::string_view(name),
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
                                   std::string_view(period.meter->name),
                                   std::string_view(period.in_total ? "yes" : "no")};
    return sink(row);
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
            Cell{},
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
                                     {"name", 24},
                                     {"in_total", 10}}};
    return table;
}

}  // namespace silaware::portal
