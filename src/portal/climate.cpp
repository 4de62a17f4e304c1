#include <cmath>

#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/figures.hpp"
#include "portal/presence.hpp"
#include "portal/routes.hpp"
#include "storage/alert_settings.hpp"
#include "storage/climate_queries.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;
using http::Request;
using http::Response;
using namespace std::chrono_literals;

constexpr core::Milliseconds shown_time = 24h;
constexpr core::Seconds stretch = 440s;  ///< a day in less than 200 points, cut off ones included
constexpr double hundredths = 100;

boost::json::value mean(std::optional<double> value) {
    if (!value) return nullptr;
    return figure(std::round(*value * hundredths) / hundredths);
}

object series(const Portal& portal, const std::vector<storage::ClimatePoint>& points) {
    array times, temperatures, humidities;
    for (const auto& point : points) {
        times.emplace_back(portal.zone.iso8601(core::Instant{point.slot * stretch}));
        temperatures.push_back(mean(point.temperature));
        humidities.push_back(mean(point.humidity));
    }
    return {{"t", std::move(times)},
            {"temperature", std::move(temperatures)},
            {"humidity", std::move(humidities)}};
}

object as_json(const storage::DeviceLimits& limits) {
    return {{"temperature", figure_or_null(limits.max_temperature)},
            {"humidity", figure_or_null(limits.max_humidity)}};
}

core::Result<Response> sensors(const Portal& portal) {
    const core::Instant now = portal.now();
    auto connection = portal.database.acquire();
    const auto rules = storage::read_alert_rules(*connection);
    array devices;
    for (const auto& sensor : storage::sensor_overviews(*connection)) {
        const auto points = storage::climate_points(*connection, sensor.uid, now - shown_time, stretch);
        devices.push_back(object{{"uid", sensor.uid},
                                 {"location", sensor.location},
                                 {"name", sensor.name},
                                 {"temperature", figure_or_null(sensor.temperature)},
                                 {"humidity", figure_or_null(sensor.humidity)},
                                 {"observed_at", instant_ms(portal, sensor.observed_ms)},
                                 {"online", is_online(sensor.observed_ms, sensor.usual_interval_ms, now)},
                                 {"limits", as_json(storage::climate_limits(rules, sensor.uid))},
                                 {"series", series(portal, points)}});
    }
    return Response::json(
        object{{"limits", as_json(storage::climate_limits(rules, ""))}, {"devices", std::move(devices)}});
}

}  // namespace

void add_climate_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/climate",
              [&portal](const Request& request, const Visitor& visitor) -> core::Result<Response> {
                  return plain_page<view::ClimatePage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/climate/json",
              [&portal](const Request&, const Visitor&) { return sensors(portal); });
}

}  // namespace silaware::portal
