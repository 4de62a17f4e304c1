#include "portal/energy_periods.hpp"

#include <algorithm>

#include "domain/interval_split.hpp"
#include "domain/tariff.hpp"
#include "portal/figures.hpp"
#include "portal/totals.hpp"

namespace silaware::portal {

namespace {

/// The periods of one meter, as they come up in its rows.
class MeterPeriods {
  public:
    MeterPeriods(const storage::MeterOverview& meter, const EnergyReport& report)
        : meter_(meter), report_(report) {}

    void add(const storage::DayEnergy& day) {
        EnergyPeriod& period = at(day.day);
        period.energy_kwh += day.energy_kwh;
        period.co2_kg += day.co2_kg;
        period.coverage += static_cast<double>(day.covered_ms);
        if (!day.max_demand_kw || period.max_demand_kw >= day.max_demand_kw) return;
        period.max_demand_kw = day.max_demand_kw;
        period.max_demand_at = day.max_demand_at;
    }
    void add(const storage::CycledDay& day) { at(day.day).run_hours += core::to_hours(day.cycle_ms); }
    void add_correction(core::LocalDay day) { ++at(day).corrections; }

    std::map<core::LocalDay, EnergyPeriod>& all() { return periods_; }

  private:
    EnergyPeriod& at(core::LocalDay day) {
        const core::LocalDay start = period_start(report_.length, day);
        EnergyPeriod& period = periods_[start];
        period.meter = &meter_;
        period.start = start;
        return period;
    }

    const storage::MeterOverview& meter_;
    const EnergyReport& report_;
    std::map<core::LocalDay, EnergyPeriod> periods_;
};

/// Milliseconds of the period within the report that have passed by `now`.
double passed_ms(const EnergyPeriod& period, const EnergyReport& report, const core::SiteZone& zone,
                 core::Instant now) {
    const auto first = zone.start_of_day(std::max(period.start, report.first));
    const auto last =
        zone.start_of_day(std::min(period_end(report.length, period.start), report.last + date::days{1}));
    return static_cast<double>((std::min(last, std::max(now, first)) - first).count());
}

void finish(EnergyPeriod& period, const EnergyReport& report, const Tariff& tariff,
            const core::SiteZone& zone, core::Instant now) {
    period.cost = domain::bill(period.energy_kwh, tariff.rate);
    const auto counted = period.meter->sends_co2 ? std::optional(period.co2_kg) : std::nullopt;
    period.co2_kg = domain::co2_kg(period.energy_kwh, counted, tariff.co2_factor);
    const double passed = passed_ms(period, report, zone, now);
    period.coverage = passed > 0 ? std::clamp(period.coverage / passed, 0.0, 1.0) : 0;
}

}  // namespace

std::string period_name(PeriodLength length, core::LocalDay day) {
    switch (length) {
        case PeriodLength::day:
            return core::format_day(day);
        case PeriodLength::week:
            return core::format_week(core::iso_week(day));
        case PeriodLength::month:
            return format_month(domain::month_of(day));
    }
    return core::format_day(day);
}

core::LocalDay period_start(PeriodLength length, core::LocalDay day) {
    switch (length) {
        case PeriodLength::day:
            return day;
        case PeriodLength::week:
            return core::monday_of(day);
        case PeriodLength::month:
            return domain::first_day(domain::month_of(day));
    }
    return day;
}

core::LocalDay period_end(PeriodLength length, core::LocalDay start) {
    switch (length) {
        case PeriodLength::day:
            return start + date::days{1};
        case PeriodLength::week:
            return start + date::days{7};
        case PeriodLength::month:
            return start + date::days{domain::days_in(domain::month_of(start))};
    }
    return start + date::days{1};
}

std::vector<EnergyPeriod> energy_periods(const EnergyRows& rows, const EnergyReport& report,
                                         const Tariff& tariff, const core::SiteZone& zone,
                                         core::Instant now) {
    std::vector<EnergyPeriod> periods;
    const TotalOf total(rows.meters);
    for (const auto& meter : rows.meters) {
        MeterPeriods of_meter(meter, report);
        for (const auto& day : rows_of(rows.days, meter.id))
            of_meter.add(day);
        for (const auto& day : rows_of(rows.cycles, meter.id))
            of_meter.add(day);
        for (const auto& correction : rows_of(rows.corrections, meter.id))
            of_meter.add_correction(zone.day_of(core::from_epoch_ms(correction.observed_ms)));
        for (auto& [start, period] : of_meter.all()) {
            period.in_total = total.counts(meter);
            finish(period, report, tariff, zone, now);
            periods.push_back(period);
        }
    }
    // The meters stand in one list: their addresses are their order.
    std::sort(periods.begin(), periods.end(), [](const EnergyPeriod& left, const EnergyPeriod& right) {
        return std::pair(left.start, left.meter) < std::pair(right.start, right.meter);
    });
    return periods;
}

}  // namespace silaware::portal
