#include "ingest/recompute_changes.hpp"

#include <vector>

#include "core/time.hpp"

namespace silaware::ingest {

namespace {

class Words {
  public:
    void count(std::int64_t number, std::string_view one, std::string_view many) {
        if (number != 0) add(fmt::format("{} {}", number, number == 1 ? one : many));
    }
    void add(std::string part) { parts_.push_back(std::move(part)); }
    std::string joined() const { return fmt::format("{}", fmt::join(parts_, ", ")); }

  private:
    std::vector<std::string> parts_;
};

void add_energy(Words& words, const DeviceChanges& changes) {
    if (changes.quarter_hours + changes.energy_days == 0) return;
    words.add(fmt::format("{} quarter hours and {} days of energy ({:+.3f} kWh, {:+.3f} kg CO2)",
                          changes.quarter_hours, changes.energy_days, changes.energy_kwh, changes.co2_kg));
}

void add_runs(Words& words, const DeviceChanges& changes) {
    if (changes.run_days == 0 && changes.run_seconds == 0) return;
    words.add(fmt::format("{} days of run time ({}{})", changes.run_days, changes.run_seconds < 0 ? "-" : "+",
                          core::format_hms(std::abs(changes.run_seconds))));
}

}  // namespace

bool DeviceChanges::empty() const {
    return placed_rows + renamed_rows + quarter_hours + energy_days + corrections_added +
                   corrections_removed + register_states + cycles_added + cycles_changed + cycles_removed +
                   cycle_days + latest_readings + run_days + latest_climates + climate_quarter_hours ==
               0 &&
           run_seconds == 0;
}

DeviceChanges& DeviceChanges::operator+=(const DeviceChanges& other) {
    for (const auto field :
         {&DeviceChanges::readings, &DeviceChanges::placed_rows, &DeviceChanges::renamed_rows,
          &DeviceChanges::quarter_hours, &DeviceChanges::energy_days, &DeviceChanges::corrections_added,
          &DeviceChanges::corrections_removed, &DeviceChanges::register_states, &DeviceChanges::cycles_added,
          &DeviceChanges::cycles_changed, &DeviceChanges::cycles_removed, &DeviceChanges::cycle_days,
          &DeviceChanges::latest_readings, &DeviceChanges::run_days, &DeviceChanges::run_seconds,
          &DeviceChanges::latest_climates, &DeviceChanges::climate_quarter_hours,
          &DeviceChanges::uncountable_runs}) {
        this->*field += other.*field;
    }
    energy_kwh += other.energy_kwh;
    co2_kg += other.co2_kg;
    return *this;
}

std::string DeviceChanges::text() const {
    Words words;
    words.count(placed_rows, "row put in its place in time", "rows put in their place in time");
    words.count(renamed_rows, "row with another spelling of the id", "rows with another spelling of the id");
    add_energy(words, *this);
    words.count(corrections_added, "correction added", "corrections added");
    words.count(corrections_removed, "correction removed", "corrections removed");
    words.count(register_states, "register state", "register states");
    words.count(cycles_added, "cycle added", "cycles added");
    words.count(cycles_changed, "cycle changed", "cycles changed");
    words.count(cycles_removed, "cycle removed", "cycles removed");
    words.count(cycle_days, "day of cycle time", "days of cycle time");
    words.count(latest_readings, "latest reading", "latest readings");
    add_runs(words, *this);
    words.count(latest_climates, "latest climate reading", "latest climate readings");
    words.count(climate_quarter_hours, "quarter hour of climate", "quarter hours of climate");
    if (empty()) words.add("nothing changed");
    words.count(uncountable_runs, "run record with impossible times, not counted",
                "run records with impossible times, not counted");
    return words.joined();
}

}  // namespace silaware::ingest
