#include <map>

#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/climate_series.hpp"
#include "portal/figures.hpp"
#include "portal/presence.hpp"
#include "portal/routes.hpp"
#include "storage/alert_settings.hpp"
#include "storage/climate_queries.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;
using http::Request;
using http::Response;
using namespace std::chrono_literals;

constexpr core::Milliseconds shown_time = 24h;
using Quarters = std::vector<storage::ClimateQuarter>;

/// The quarter hours of each sensor since `from`.
std::map<storage::KnownDeviceId, Quarters> recent_quarters(storage::Connection& connection,
                                                           core::Instant from) {
    std::map<storage::KnownDeviceId, Quarters> all;
    for (const auto& one : storage::climate_quarters_since(connection, storage::bucket_of(from)))
        all[one.device_id].push_back(one);
    return all;
}

object series(const Portal& portal, const Quarters& quarters, std::optional<std::int64_t> usual_interval_ms) {
    return as_columns(portal.zone,
                      climate_series(portal.zone, quarters, SeriesStep::quarter, usual_interval_ms));
}

object as_json(const storage::DeviceLimits& limits) {
    return {{"temperature", figure_or_null(limits.max_temperature)},
            {"humidity", figure_or_null(limits.max_humidity)}};
}

core::Result<Response> sensors(const Portal& portal) {
    const core::Instant now = portal.now();
    auto connection = portal.database.acquire();
    const auto rules = storage::read_alert_rules(*connection);
    const core::Instant from = storage::bucket_start(storage::bucket_of(now - shown_time));
    const auto quarters = recent_quarters(*connection, from);
    const Quarters none;
    array devices;
    for (const auto& sensor : storage::sensor_overviews(*connection)) {
        const auto own = quarters.find(sensor.id);
        devices.push_back(object{{"uid", sensor.uid},
                                 {"location", sensor.location},
                                 {"name", sensor.name},
                                 {"temperature", figure_or_null(sensor.temperature)},
                                 {"humidity", figure_or_null(sensor.humidity)},
                                 {"observed_at", instant_ms(portal, sensor.observed_ms)},
                                 {"online", is_online(sensor.observed_ms, sensor.usual_interval_ms, now)},
                                 {"limits", as_json(storage::climate_limits(rules, sensor.uid))},
                                 {"series", series(portal, own == quarters.end() ? none : own->second,
                                                   sensor.usual_interval_ms)}});
    }
    return Response::json(object{{"limits", as_json(storage::climate_limits(rules, ""))},
                                 {"from", instant(portal, from)},
                                 {"to", instant(portal, now)},
                                 {"devices", std::move(devices)}});
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
