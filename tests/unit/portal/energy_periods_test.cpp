#include "portal/energy_periods.hpp"

#include <gtest/gtest.h>

namespace silaware::portal {
namespace {

using core::LocalDay;
using namespace date::literals;
using namespace std::chrono_literals;

const core::SiteZone jakarta = *core::SiteZone::find("Asia/Jakarta");

class EnergyPeriodsTest : public testing::Test {
  protected:
    EnergyPeriodsTest() {
        rows.meters.resize(2);
        rows.meters[0].id = 7;
        rows.meters[0].uid = "seven";
        rows.meters[1].id = 3;
        rows.meters[1].uid = "three";
        rows.meters[1].sends_co2 = true;
        add(3, LocalDay{2026_y / 11 / 30}, 5, 9);
        add(7, LocalDay{2026_y / 11 / 29}, 1, 2);
        add(7, LocalDay{2026_y / 11 / 30}, 2, 4);
        add(7, LocalDay{2026_y / 12 / 1}, 3, 3);
        rows.cycles = {{7, LocalDay{2026_y / 11 / 30}, 1'800'000}, {7, LocalDay{2026_y / 12 / 1}, 3'600'000}};
        rows.corrections = {{7, core::epoch_ms(jakarta.start_of_day(LocalDay{2026_y / 12 / 1}))}};
    }
    void add(storage::KnownDeviceId meter, LocalDay day, double kwh, double demand) {
        storage::DayEnergy energy;
        energy.device_id = meter;
        energy.day = day;
        energy.energy_kwh = kwh;
        energy.max_demand_kw = demand;
        energy.max_demand_at = jakarta.start_of_day(day) + 15min;
        energy.covered_ms = 12 * 3'600'000;
        rows.days.push_back(energy);
    }
    std::vector<EnergyPeriod> periods(PeriodLength length) {
        const EnergyReport report{LocalDay{2026_y / 11 / 29}, LocalDay{2026_y / 12 / 1}, length};
        return energy_periods(rows, report, {1000, 0.5}, jakarta,
                              jakarta.start_of_day(LocalDay{2027_y / 1 / 1}));
    }

    EnergyRows rows;
};

TEST_F(EnergyPeriodsTest, AreOldestFirstWithMetersInTheirOrder) {
    const auto days = periods(PeriodLength::day);
    ASSERT_EQ(days.size(), 4u);
    EXPECT_EQ(days[1].meter->uid, "seven");
    EXPECT_EQ(days[2].meter->uid, "three");
    EXPECT_EQ(days[1].start, days[2].start);
    EXPECT_EQ(days[0].cost, 1000);
    EXPECT_EQ(days[0].co2_kg, 0.5);
    EXPECT_EQ(days[2].co2_kg, 0);
    EXPECT_EQ(days[0].coverage, 0.5);
    EXPECT_EQ(days[3].corrections, 1);
}

TEST_F(EnergyPeriodsTest, WeeksAndMonthsAreCutAtTheReport) {
    const auto weeks = periods(PeriodLength::week);
    ASSERT_EQ(weeks.size(), 3u);
    EXPECT_EQ(period_name(PeriodLength::week, weeks[0].start), "2026-W48");
    EXPECT_EQ(weeks[0].coverage, 0.5);
    EXPECT_EQ(weeks[1].energy_kwh, 5);
    EXPECT_EQ(weeks[1].run_hours, 1.5);
    EXPECT_EQ(weeks[1].max_demand_kw, 4);
    const auto months = periods(PeriodLength::month);
    EXPECT_EQ(period_name(PeriodLength::month, months.back().start), "2026-12");
    EXPECT_EQ(months[0].energy_kwh, 3);
    EXPECT_EQ(months[0].max_demand_at, jakarta.start_of_day(LocalDay{2026_y / 11 / 30}) + 15min);
}

}  // namespace
}  // namespace silaware::portal
