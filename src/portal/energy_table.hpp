#pragma once

#include <functional>
#include <vector>

#include "portal/download.hpp"
#include "portal/energy_periods.hpp"

namespace silaware::portal {

/// The rows of an energy report, with what they refer to.
struct EnergyTable {
    EnergyReport report;
    EnergyRows rows;
    std::vector<EnergyPeriod> periods;
    EnergyPeriod totals;
};

/// Reads `table.rows` and works out the rest, for the meters that `is_wanted`. `table.report` is set. Throws
/// DatabaseError.
void fill_energy_table(EnergyTable& table, storage::Connection& connection,
                       const std::function<bool(const storage::MeterOverview&)>& is_wanted,
                       const Tariff& tariff, const core::SiteZone& zone, core::Instant now);

/// Sums, and the highest demand of all.
EnergyPeriod add_up(const std::vector<EnergyPeriod>& periods);

/// The report as a sheet: its columns, its rows, its totals.
const sheet::Table& energy_sheet();
void give_rows(const EnergyTable& table, const core::SiteZone& zone, const RowSink& sink);
std::vector<sheet::Cell> totals_row(const EnergyPeriod& totals, const core::SiteZone& zone);

}  // namespace silaware::portal
