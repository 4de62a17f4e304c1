#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "portal/month_figures.hpp"
#include "storage/energy_queries.hpp"
#include "storage/meter_queries.hpp"

namespace silaware::portal {

enum class PeriodLength { day, week, month };
/// `2026-11-23`, `2026-W48`, `2026-11`.
std::string period_name(PeriodLength length, core::LocalDay day);
/// The first day of the period that holds `day`.
core::LocalDay period_start(PeriodLength length, core::LocalDay day);
/// The day behind the period that begins with `start`.
core::LocalDay period_end(PeriodLength length, core::LocalDay start);

/// What a meter used in one period, as far as it lies within the report.
struct EnergyPeriod {
    const storage::MeterOverview* meter = nullptr;
    bool in_total = true;    ///< not of a sub-meter beside others
    core::LocalDay start{};  ///< of the period, which may lie before the report's first day
    double energy_kwh = 0;
    double cost = 0;
    double co2_kg = 0;
    std::optional<double> max_demand_kw;
    std::optional<core::Instant> max_demand_at;
    double run_hours = 0;
    double coverage = 0;  ///< 0 … 1 of the time that has passed
    std::int64_t corrections = 0;
};

/// What the tables say of the days `first` … `last`; each list by meter and time.
struct EnergyRows {
    std::vector<storage::MeterOverview> meters;
    std::vector<storage::DayEnergy> days;
    std::vector<storage::CycledDay> cycles;
    std::vector<storage::CorrectionTime> corrections;
};

struct EnergyReport {
    core::LocalDay first{};
    core::LocalDay last{};
    PeriodLength length = PeriodLength::day;
};

/// The periods in which a meter has something to report, oldest first, meters in the order given.
/// `rows.meters` must outlive the result.
std::vector<EnergyPeriod> energy_periods(const EnergyRows& rows, const EnergyReport& report,
                                         const Tariff& tariff, const core::SiteZone& zone, core::Instant now);

}  // namespace silaware::portal
