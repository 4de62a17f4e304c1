#include "portal/live.hpp"

#include <spdlog/spdlog.h>

#include "http/json.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/figures.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

using namespace std::chrono_literals;

constexpr core::Milliseconds between_looks = 200ms;
constexpr core::Milliseconds between_glances = 100ms;  ///< at the number of viewers, while there are none
constexpr core::Milliseconds after_failure = 2s;

http::Event to_event(const core::SiteZone& zone, const storage::LiveReading& reading) {
    boost::json::object data{{"uid", reading.uid},
                             {"power_w", figure_or_null(reading.power_w)},
                             {"voltage", figure_or_null(reading.voltage)},
                             {"current", figure_or_null(reading.current)},
                             {"pf", figure_or_null(reading.pf)},
                             {"frequency", figure_or_null(reading.frequency)},
                             {"energy_kwh", figure_or_null(reading.energy_kwh)},
                             {"co2_kg", figure_or_null(reading.co2_kg)},
                             {"relay_state", nullptr},
                             {"observed_at", zone.iso8601(core::from_epoch_ms(reading.observed_ms))}};
    if (reading.relay_state) data["relay_state"] = *reading.relay_state;
    return {"reading", http::to_json(data)};
}

}  // namespace

LiveFeed::LiveFeed(storage::Database& database, core::SiteZone zone, std::shared_ptr<http::EventHub> hub,
                   std::function<core::Instant()> now)
    : database_(database),
      zone_(std::move(zone)),
      hub_(std::move(hub)),
      now_(std::move(now)),
      pause_(between_looks),
      thread_([this] { run(); }) {}

LiveFeed::~LiveFeed() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

bool LiveFeed::wait(core::Milliseconds duration) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, duration, [this] { return ending_; });
}

void LiveFeed::run() {
    do {
        if (hub_->viewers() == 0) {
            window_.reset();
            pause_ = between_glances;
        } else {
            look_and_survive();
        }
    } while (wait(pause_));
}

void LiveFeed::look_and_survive() {
    try {
        look();
        pause_ = between_looks;
    } catch (const std::exception& error) {
        if (pause_ != after_failure) spdlog::warn("live data pauses: {}", error.what());
        pause_ = after_failure;
    }
}

void LiveFeed::look() {
    const core::Instant now = now_();
    auto readings = storage::readings_changed_since(*database_.acquire(), window_.since(now));
    std::vector<http::Event> events;
    for (const auto& reading : window_.take_new(std::move(readings), now))
        events.push_back(to_event(zone_, reading));
    if (!events.empty()) hub_->publish(events);
}

void add_live_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/live",
              [&portal](const http::Request&, const Visitor&) -> core::Result<http::Response> {
                  return http::Response::events(portal.live);
              });
}

}  // namespace silaware::portal
