#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

// Simulated devices: what a device says is a pure function of the time, so that history and present fit
// together.
namespace silaware::app {

/// What a meter stands on.
enum class Load {
    building,  ///< never off: offices by day, base load by night
    machine,   ///< runs in batches on working hours, silent while off
    chiller,   ///< follows the outdoor temperature
    steady,    ///< the same day and night
};

struct DemoMeter {
    std::string uid;
    std::string name;
    std::string location;
    Load load;
    double rated_w;
    double start_kwh;  ///< register at the start of the demo
    bool is_submeter = false;
};

struct DemoMachine {
    std::string mac;
    std::string name;
    std::string location;
    int runs_a_day;
    int minutes_a_run;
};

struct DemoSensor {
    std::string mac;
    std::string name;
    std::string location;
    double temperature;  ///< °C, mean
    double humidity;     ///< %, mean
};

/// The devices of the demo, always the same.
const std::vector<DemoMeter>& demo_meters();
const std::vector<DemoMachine>& demo_machines();
const std::vector<DemoSensor>& demo_sensors();

/// Mean power in W of a meter at a site wall clock time; nothing while its device is off and says nothing.
std::optional<double> demo_power(const DemoMeter& meter, core::LocalTime at);

/// A meter whose register counts up as time passes.
class DemoRegister {
  public:
    DemoRegister(const DemoMeter& meter, core::LocalTime start)
        : meter_(&meter), at_(start), kwh_(meter.start_kwh) {}
    /// The payload of the reading at `at`, later than the one before; nothing while the device is off.
    std::optional<std::string> reading(core::LocalTime at, core::Seconds step);
    /// Lets the register count on without a reading.
    void skip_to(core::LocalTime at, core::Seconds step);

  private:
    std::string energy_history() const;

    const DemoMeter* meter_;
    core::LocalTime at_;
    double kwh_;
    std::vector<double> days_;  ///< kWh of the last days, the running one last
    core::LocalDay day_{};
};

/// One run of a machine, by the site's wall clock.
struct DemoRun {
    core::LocalTime start;
    core::LocalTime stop;
    std::int64_t cycle_count;
};
/// The runs of a machine that end within [from, to).
std::vector<DemoRun> demo_runs(const DemoMachine& machine, core::LocalTime from, core::LocalTime to);
/// The payloads that devices publish of a run, and of a room at a time.
std::string demo_run_payload(const DemoMachine& machine, const DemoRun& run, const core::SiteZone& zone);
std::string demo_climate_payload(const DemoSensor& sensor, core::LocalTime at);

}  // namespace silaware::app
