#include "app/demo.hpp"

#include <unistd.h>

#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "app/demo_devices.hpp"
#include "app/environment.hpp"
#include "core/clock.hpp"
#include "domain/retention.hpp"
#include "ingest/batch_writer.hpp"
#include "mqtt/publisher.hpp"
#include "storage/device_store.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

constexpr core::Seconds history_step{20};  // the cycle gap: readings this far apart are one run
constexpr core::Seconds live_step{4};
constexpr std::chrono::seconds broker_patience{10};
constexpr core::Seconds climate_step{300};
constexpr std::string_view history_spool = "de300000000000000000000000000001";
constexpr std::size_t batch_size = 6'000;

/// Where the demo's registers started counting; kept, so that the next start goes on from there.
core::LocalTime demo_start(const Settings& settings, const core::SiteZone& zone) {
    const fs::path file = home_folder(settings) / "demo_start";
    std::int64_t seconds = 0;
    if (std::ifstream(file) >> seconds) return core::LocalTime{core::Seconds{seconds}};
    const core::Instant oldest = domain::retention_cutoff(
        core::clock_now(), static_cast<int>(settings.integer("RETENTION_MONTHS")), zone);
    // From the first midnight within the retention on.
    const core::LocalTime start{zone.day_of(oldest) + date::days{1}};
    std::ofstream(file) << start.time_since_epoch().count();
    return start;
}

storage::DeviceRow device_row(const std::string& mac, const std::string& mcu, const std::string& name,
                              const std::string& location, const std::string& group) {
    return {core::DeviceId::parse(mac).value(),
            {.mcu_type = mcu, .location = location, .name = name, .group_name = group}};
}

void register_devices(storage::Database& database) {
    std::vector<storage::DeviceRow> devices;
    for (const DemoMeter& meter : demo_meters()) {
        devices.push_back(device_row(meter.uid, "ESP32", meter.name, meter.location, "Energy"));
        devices.back().details.rated_power_w = meter.rated_w;
        devices.back().details.is_submeter = meter.is_submeter;
    }
    for (const DemoMachine& machine : demo_machines()) {
        devices.push_back(device_row(machine.mac, "ESP8266", machine.name, machine.location, "Machines"));
    }
    for (const DemoSensor& sensor : demo_sensors()) {
        devices.push_back(device_row(sensor.mac, "ESP8266", sensor.name, sensor.location, "Rooms"));
    }
    storage::DeviceStore(database).import(devices, {"system", "demo", core::clock_now()});
}

/// A line that is rewritten on a terminal, and a few lines in a file.
class FillProgress {
  public:
    explicit FillProgress(core::LocalTime start, core::LocalTime end) : start_(start), end_(end) {}
    void show(core::LocalTime at, std::int64_t messages) {
        const auto percent = 100 * (at - start_).count() / std::max<std::int64_t>((end_ - start_).count(), 1);
        if (percent == shown_ || (!terminal_ && percent < shown_ + 25)) return;
        shown_ = percent;
        fmt::print("{}demo history: {:3} %  {} messages{}", terminal_ ? "\r" : "", percent, messages,
                   terminal_ ? "" : "\n");
        if (terminal_ && percent >= 100) fmt::print("\n");
        std::fflush(stdout);
    }

  private:
    core::LocalTime start_;
    core::LocalTime end_;
    std::int64_t shown_ = -1;
    bool terminal_ = isatty(STDOUT_FILENO) == 1;
};

/// Plays the demo devices from `start` to `end` into the database. They say the same each time, so what was
/// stored before an interruption is told by the numbers of its messages.
class HistoryWriter {
  public:
    HistoryWriter(const Settings& settings, storage::Database& database)
        : zone_(site_zone(settings)),
          options_(ingest_options(settings)),
          writer_(database, options_, std::string(history_spool)),
          stored_through_(writer_.position(1, 0).position) {}

    void write(core::LocalTime start, core::LocalTime end, std::stop_token stop) {
        std::vector<DemoRegister> meters;
        for (const DemoMeter& meter : demo_meters())
            meters.emplace_back(meter, start);
        FillProgress progress(start, end);
        core::LocalTime played = start;
        for (core::LocalTime at = start; at < end && !stop.stop_requested(); at += history_step) {
            for (DemoRegister& meter : meters) {
                if (auto payload = meter.reading(at, history_step))
                    add(options_.topics.power, std::move(*payload), at);
            }
            if (at - played >= climate_step) {
                add_others(played, at);
                played = at;
            }
            if (batch_.size() >= batch_size) flush();
            progress.show(at, next_seq_ - 1);
        }
        flush();
        if (!stop.stop_requested()) progress.show(end, next_seq_ - 1);
    }

  private:
    void add_others(core::LocalTime from, core::LocalTime to) {
        for (const DemoMachine& machine : demo_machines()) {
            for (const DemoRun& run : demo_runs(machine, from, to)) {
                add(options_.topics.utils, demo_run_payload(machine, run, zone_), run.stop);
            }
        }
        for (const DemoSensor& sensor : demo_sensors()) {
            add(options_.topics.climate, demo_climate_payload(sensor, to), to);
        }
    }

    void add(const std::string& topic, std::string payload, core::LocalTime at) {
        const std::int64_t seq = next_seq_++;
        if (seq <= stored_through_) return;
        batch_.push_back({seq, zone_.to_instant(at), false, topic, std::move(payload)});
    }

    void flush() {
        if (!batch_.empty()) writer_.write(batch_);
        batch_.clear();
    }

    core::SiteZone zone_;
    ingest::Options options_;
    ingest::BatchWriter writer_;
    std::int64_t stored_through_;
    std::vector<spool::Message> batch_;
    std::int64_t next_seq_ = 1;
};

}  // namespace

core::Result<void> write_demo_history(const Settings& settings, std::stop_token stop) {
    const fs::path done = home_folder(settings) / "demo_history_written";
    if (fs::exists(done)) return {};
    storage::Database database(database_options(settings));
    register_devices(database);
    const core::SiteZone zone = site_zone(settings);
    const core::LocalTime end = zone.to_local(core::clock_now());
    HistoryWriter(settings, database).write(demo_start(settings, zone), end, stop);
    if (!stop.stop_requested()) std::ofstream(done) << core::format_local(end) << '\n';
    return {};
}

int publish_demo(const Settings& settings, std::stop_token stop) {
    const core::SiteZone zone = site_zone(settings);
    const ingest::Options topics = ingest_options(settings);
    core::LocalTime played = zone.to_local(core::clock_now());
    std::vector<DemoRegister> meters;
    for (const DemoMeter& meter : demo_meters()) {
        meters.emplace_back(meter, demo_start(settings, zone)).skip_to(played, history_step);
    }
    mqtt::Publisher publisher({.broker = broker_endpoint(settings, "silaware-demo")});
    core::LocalTime climate = played;
    while (!stop.stop_requested()) {
        const core::LocalTime at = zone.to_local(core::clock_now());
        for (DemoRegister& meter : meters) {
            if (const auto payload = meter.reading(at, core::Seconds{1})) {
                (void)publisher.publish(topics.topics.power, *payload, broker_patience, stop);
            }
        }
        for (const DemoMachine& machine : demo_machines()) {
            for (const DemoRun& run : demo_runs(machine, played, at)) {
                (void)publisher.publish(topics.topics.utils, demo_run_payload(machine, run, zone),
                                        broker_patience, stop);
            }
        }
        played = at;
        if (at - climate >= core::Seconds{20}) {
            climate = at;
            for (const DemoSensor& sensor : demo_sensors()) {
                (void)publisher.publish(topics.topics.climate, demo_climate_payload(sensor, at),
                                        broker_patience, stop);
            }
        }
        for (int i = 0; i < 10 * live_step.count() && !stop.stop_requested(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    publisher.drain(std::chrono::seconds(2));
    return 0;
}

}  // namespace silaware::app
