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
    EnergyPeriod totals;  ///< of the periods that are `in_total`
};

/// Reads `table.rows` and works out the rest, for the meters that `is_wanted`. `table.report` is set. Throws
/// DatabaseError.
void fill_energy_table(EnergyTable& table, storage::Connection& connection,
                       const std::function<bool(const storage::MeterOverview&)>& is_wanted,
                       const Tariff& tariff, const core::SiteZone& zone, core::Instant now);

/// A report of any length, read in pieces of whole periods, so that none of it is held.
class EnergyWalk {
  public:
    using WantedMeter = std::function<bool(const storage::MeterOverview&)>;

    /// Reads the meters. Throws DatabaseError.
    EnergyWalk(storage::Database& database, const EnergyReport& report, const WantedMeter& is_wanted,
               const Tariff& tariff, const core::SiteZone& zone, core::Instant now);

    /// Gives every period, oldest first, until `sink` answers false. Throws DatabaseError.
    void each(const std::function<bool(const EnergyPeriod&)>& sink);
    /// Of the periods given so far that are `in_total`.
    const EnergyPeriod& totals() const { return piece_.totals; }

  private:
    core::LocalDay last_day_of_piece(core::LocalDay first) const;
    void read_piece(core::LocalDay first);

    storage::Database& database_;
    EnergyReport report_;
    Tariff tariff_;
    core::SiteZone zone_;
    core::Instant now_;
    EnergyTable piece_;
};

/// Sums, and the highest demand of all.
EnergyPeriod add_up(const std::vector<EnergyPeriod>& periods);

/// The columns of the report as a sheet.
const sheet::Table& energy_sheet();
/// Gives the row of a period to `sink`; false when nobody waits for more.
bool give_row(const EnergyPeriod& period, PeriodLength length, const core::SiteZone& zone,
              const RowSink& sink);
/// The last row of the sheet.
std::vector<sheet::Cell> totals_row(const EnergyPeriod& totals, const core::SiteZone& zone);

}  // namespace silaware::portal
