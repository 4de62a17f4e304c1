#include "app/demo_devices.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace silaware::app {

namespace {

constexpr std::size_t history_days = 7;
constexpr double emission_factor = 0.87;  // kg of CO2 per kWh

/// A number in [0, 1) that depends on nothing but its arguments.
double noise(std::string_view seed, std::int64_t index) {
    std::uint64_t hash = 0x9E3779B97F4A7C15u ^ static_cast<std::uint64_t>(index) * 0xBF58476D1CE4E5B9u;
    for (const char c : seed)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    hash ^= hash >> 31;
    hash *= 0x94D049BB133111EBu;
    hash ^= hash >> 29;
    return static_cast<double>(hash >> 11) / 9007199254740992.0;
}

struct DayClock {
    std::int64_t second;  ///< since 1970, wall clock
    double hour;          ///< of the day
    std::int64_t day;
    bool weekend;
};

DayClock clock_of(core::LocalTime at) {
    const auto day = date::floor<date::days>(at);
    const auto weekday = date::weekday{day};
    return {at.time_since_epoch().count(), static_cast<double>((at - day).count()) / 3600.0,
            day.time_since_epoch().count(), weekday == date::Sunday || weekday == date::Saturday};
}

/// 0 by night, 1 at the height of the day.
double daylight(double hour) {
    return std::max(0.0, std::sin((hour - 6.0) / 12.0 * std::numbers::pi));
}

double office(double hour, bool weekend) {
    const double rise = 1 / (1 + std::exp(-(hour - 7.5) * 2.2));
    const double fall = 1 / (1 + std::exp((hour - 18.0) * 1.6));
    return rise * fall * (weekend ? 0.35 : 1.0);
}

std::optional<double> building_share(const DemoMeter& meter, const DayClock& clock) {
    const double wobble = 0.04 * (noise(meter.uid, clock.second / 60) - 0.5);
    return 0.22 + 0.55 * office(clock.hour, clock.weekend) + wobble;
}

std::optional<double> machine_share(const DemoMeter& meter, const DayClock& clock) {
    if (clock.weekend || clock.hour < 7.0 || clock.hour >= 21.5) return std::nullopt;
    // Batches of 90 minutes; some have a break, some do not run at all.
    const auto batch = static_cast<std::int64_t>(clock.hour / 1.5) + clock.day * 16;
    const double within = std::fmod(clock.hour, 1.5) / 1.5;
    const double length = 0.62 + 0.3 * noise(meter.uid, batch);
    if (noise(meter.uid + "idle", batch) < 0.18 || within > length) return std::nullopt;
    const double ramp = std::min(1.0, within * 18);
    return ramp *
           (0.62 + 0.2 * noise(meter.uid, batch * 3) + 0.1 * (noise(meter.uid, clock.second / 20) - 0.5));
}

std::optional<double> chiller_share(const DemoMeter& meter, const DayClock& clock) {
    const double season = 0.06 * std::sin(static_cast<double>(clock.day) / 58.0);
    const double compressor = std::sin(static_cast<double>(clock.second) / 210.0) > -0.35 ? 0.12 : 0.0;
    return 0.24 + season + 0.45 * daylight(clock.hour) * (0.85 + 0.15 * noise(meter.uid, clock.day)) +
           compressor + 0.03 * (noise(meter.uid, clock.second / 30) - 0.5);
}

std::optional<double> steady_share(const DemoMeter& meter, const DayClock& clock) {
    return 0.58 + 0.06 * daylight(clock.hour) + 0.05 * (noise(meter.uid, clock.second / 40) - 0.5);
}

std::string clock_text(core::LocalTime at) {
    const auto day = date::floor<date::days>(at);
    const date::year_month_day ymd{day};
    const date::hh_mm_ss time{at - day};
    return fmt::format("{:02}/{:02}/{:04} {:02}:{:02}:{:02}", static_cast<unsigned>(ymd.day()),
                       static_cast<unsigned>(ymd.month()), static_cast<int>(ymd.year()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

std::optional<double> share_of(const DemoMeter& meter, const DayClock& clock) {
    switch (meter.load) {
        case Load::building:
            return building_share(meter, clock);
        case Load::machine:
            return machine_share(meter, clock);
        case Load::chiller:
            return chiller_share(meter, clock);
        case Load::steady:
            return steady_share(meter, clock);
    }
    return std::nullopt;
}

}  // namespace

const std::vector<DemoMeter>& demo_meters() {
    static const std::vector<DemoMeter> meters = {
        {"5C:CF:7F:10:00:01", "Main building", "Switchgear room", Load::building, 86'000, 184'320.4},
        {"5C:CF:7F:10:00:02", "Chiller 1", "Plant room", Load::chiller, 42'000, 96'210.7},
        {"5C:CF:7F:10:00:07", "Data centre", "Floor 1", Load::steady, 9'500, 61'904.8, true},
        {"5C:CF:7F:10:00:03", "Radiology", "Floor 2, east wing", Load::machine, 24'000, 31'870.2},
        {"5C:CF:7F:10:00:04", "Laundry", "Basement", Load::machine, 18'500, 22'405.9},
        {"5C:CF:7F:10:00:05", "Air compressor", "Workshop", Load::machine, 15'000, 51'230.5},
        {"5C:CF:7F:10:00:06", "Kitchen", "Ground floor", Load::machine, 12'000, 18'044.3},
    };
    return meters;
}

const std::vector<DemoMachine>& demo_machines() {
    static const std::vector<DemoMachine> machines = {
        {"5C:CF:7F:20:00:01", "Autoclave 1", "Sterilisation", 9, 42},
        {"5C:CF:7F:20:00:02", "Autoclave 2", "Sterilisation", 7, 44},
        {"5C:CF:7F:20:00:03", "Washer 1", "Laundry", 12, 35},
        {"5C:CF:7F:20:00:04", "Genset", "Power house", 1, 20},
    };
    return machines;
}

const std::vector<DemoSensor>& demo_sensors() {
    static const std::vector<DemoSensor> sensors = {
        {"5C:CF:7F:30:00:01", "Operating theatre 1", "Floor 3", 21.0, 54.0},
        {"5C:CF:7F:30:00:02", "Server room", "Floor 1", 22.6, 47.0},
        {"5C:CF:7F:30:00:03", "Pharmacy", "Ground floor", 23.4, 58.0},
    };
    return sensors;
}

std::optional<double> demo_power(const DemoMeter& meter, core::LocalTime at) {
    const DayClock clock = clock_of(at);
    const auto share = share_of(meter, clock);
    if (!share) return std::nullopt;
    return std::clamp(*share, 0.02, 1.0) * meter.rated_w;
}

void DemoRegister::skip_to(core::LocalTime at, core::Seconds step) {
    for (; at_ + step <= at; at_ += step) {
        const auto day = date::floor<date::days>(at_ + step);
        if (day != day_ || days_.empty()) {
            day_ = day;
            days_.push_back(0);
            if (days_.size() > history_days) days_.erase(days_.begin());
        }
        const double added = demo_power(*meter_, at_).value_or(0) * static_cast<double>(step.count()) / 3.6e6;
        kwh_ += added;
        days_.back() += added;
    }
}

std::string DemoRegister::energy_history() const {
    std::string list;
    for (const double kwh : days_)
        list += fmt::format("{}{:.1f}", list.empty() ? "" : ",", kwh);
    return list;
}

std::optional<std::string> DemoRegister::reading(core::LocalTime at, core::Seconds step) {
    skip_to(at, step);
    const auto power = demo_power(*meter_, at);
    if (!power) return std::nullopt;
    const std::int64_t second = at.time_since_epoch().count();
    const double voltage =
        229.5 + 4.5 * (noise(meter_->uid, second / 15) - 0.5) - 3.0 * *power / meter_->rated_w;
    const double pf = meter_->load == Load::building ? 0.94 : 0.86 + 0.05 * noise(meter_->uid, second / 45);
    const double frequency = 50.0 + 0.08 * (noise("grid", second / 10) - 0.5);
    return fmt::format(
        R"({{"uid":"{}","rtc":"{}","relay_state":"ON","meter_data":{{"voltage":[{:.1f}],"current":[{:.2f}],)"
        R"("power":[{:.1f}],"frequency":[{:.2f}],"pf":[{:.2f}],"energy":[{:.3f}],"co2":[{:.3f}]}},)"
        R"("energy_history":[{}]}})",
        meter_->uid, clock_text(at), voltage, *power / (voltage * pf), *power, frequency, pf, kwh_,
        kwh_ * emission_factor, energy_history());
}

std::vector<DemoRun> demo_runs(const DemoMachine& machine, core::LocalTime from, core::LocalTime to) {
    std::vector<DemoRun> runs;
    const auto epoch_day = [](core::LocalDay day) { return day.time_since_epoch().count(); };
    for (auto day = date::floor<date::days>(from) - date::days{1}; core::LocalTime{day} < to;
         day += date::days{1}) {
        for (int i = 0; i < machine.runs_a_day; ++i) {
            const std::int64_t number = std::int64_t{epoch_day(day)} * machine.runs_a_day + i;
            const double slot = 15.0 * 3600 / machine.runs_a_day;
            if (noise(machine.mac + "skip", number) < 0.12) continue;
            const auto begin =
                static_cast<std::int64_t>(6.5 * 3600 + slot * (i + 0.25 * noise(machine.mac, number)));
            const auto length = static_cast<std::int64_t>(
                machine.minutes_a_run * 60 * (0.85 + 0.3 * noise(machine.mac + "length", number)));
            const core::LocalTime start = core::LocalTime{day} + core::Seconds{begin};
            const core::LocalTime stop = start + core::Seconds{length};
            if (stop >= from && stop < to) runs.push_back({start, stop, number});
        }
    }
    return runs;
}

std::string demo_run_payload(const DemoMachine& machine, const DemoRun& run, const core::SiteZone& zone) {
    const auto epoch = [&](core::LocalTime at) { return core::epoch_ms(zone.to_instant(at)) / 1000; };
    return fmt::format(R"({{"id":"{}","start":{},"stop":{},"cycle_count":{},"total_run":{}}})", machine.mac,
                       epoch(run.start), epoch(run.stop), run.cycle_count, (run.stop - run.start).count());
}

std::string demo_climate_payload(const DemoSensor& sensor, core::LocalTime at) {
    const DayClock clock = clock_of(at);
    const double drift = 0.9 * daylight(clock.hour) + 0.4 * (noise(sensor.mac, clock.second / 300) - 0.5);
    const double humidity =
        sensor.humidity - 4 * daylight(clock.hour) + 2 * (noise(sensor.mac + "h", clock.second / 300) - 0.5);
    return fmt::format(R"({{"id":"{}","temperature":{:.1f},"humidity":{:.1f}}})", sensor.mac,
                       sensor.temperature + drift, humidity);
}

}  // namespace silaware::app
