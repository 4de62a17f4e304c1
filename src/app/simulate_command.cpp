#include <unistd.h>

#include <thread>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/demo.hpp"
#include "app/demo_devices.hpp"
#include "app/environment.hpp"
#include "app/stop_signal.hpp"
#include "core/clock.hpp"
#include "mqtt/publisher.hpp"

namespace silaware::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds publish_patience{10};
constexpr std::chrono::seconds drain_patience{5};

/// `count` meters with addresses of their own, all of one kind: they always report.
std::vector<DemoMeter> many_meters(int count) {
    std::vector<DemoMeter> meters;
    for (int i = 0; i < count; ++i) {
        meters.push_back(
            {fmt::format("02:51:4D:{:02X}:{:02X}:{:02X}", i >> 16 & 0xFF, i >> 8 & 0xFF, i & 0xFF), "", "",
             Load::building, 5'000 + 500.0 * (i % 40), 1'000 + 10.0 * i});
    }
    return meters;
}

void wait_until(Clock::time_point due, std::stop_token stop) {
    while (Clock::now() < due && !stop.stop_requested()) {
        std::this_thread::sleep_for(
            std::min<Clock::duration>(due - Clock::now(), std::chrono::milliseconds(100)));
    }
}

}  // namespace

int run_simulate(const Settings& settings, const SimulateOptions& options) {
    StopSignal stop;
    if (options.demo) return publish_demo(settings, stop.token());
    const core::SiteZone zone = site_zone(settings);
    const auto meters = many_meters(options.devices);
    std::vector<DemoRegister> registers;
    for (const DemoMeter& meter : meters)
        registers.emplace_back(meter, zone.to_local(core::clock_now()));

    mqtt::Publisher publisher(
        {.broker = broker_endpoint(settings, fmt::format("silaware-simulate-{:x}", getpid()))});
    const auto begin = Clock::now();
    const auto messages = static_cast<std::int64_t>(options.rate * options.seconds);
    core::Result<std::int64_t> published = 0;
    const auto goes_on = [&] { return published && !stop.token().stop_requested(); };
    for (std::int64_t i = 0; (options.seconds == 0 || i < messages) && goes_on(); ++i) {
        wait_until(begin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(static_cast<double>(i) / options.rate)),
                   stop.token());
        DemoRegister& meter = registers[static_cast<std::size_t>(i) % registers.size()];
        const auto payload = meter.reading(zone.to_local(core::clock_now()), core::Seconds{1});
        published = publisher.publish(settings["MQTT_POWER_TOPIC"], *payload, publish_patience, stop.token());
    }
    publisher.drain(drain_patience);
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    fmt::print("sent {}  acknowledged {}  in {:.1f} s ({:.0f} messages/s)\n", publisher.sent(),
               publisher.acknowledged(), took, static_cast<double>(publisher.acknowledged()) / took);
    if (!published && !stop.token().stop_requested()) return complain(published.error());
    const bool all = publisher.acknowledged() == publisher.sent() && publisher.sent() > 0;
    return all ? Exit::ok : Exit::failed;
}

}  // namespace silaware::app
