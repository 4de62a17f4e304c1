#include <cmath>
#include <map>

#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
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
constexpr core::Seconds quarter = 15min;
constexpr int tolerated_intervals = 3;  ///< of silence, as for who is online
constexpr double hundredths = 100;

boost::json::value mean(std::optional<double> value) {
    if (!value) return nullptr;
    return figure(std::round(*value * hundredths) / hundredths);
}

using Means = std::vector<storage::ClimateMean>;

/// The means of each sensor since `from`.
std::map<storage::KnownDeviceId, Means> recent_means(storage::Connection& connection, core::Instant from) {
    std::map<storage::KnownDeviceId, Means> all;
    for (const auto& one : storage::climate_means(connection, storage::bucket_of(from)))
        all[one.device_id].push_back(one);
    return all;
}

/// Where the sensor was silent stands a null, at which a curve ends.
object series(const Portal& portal, const Means& means, std::optional<std::int64_t> usual_interval_ms) {
    const core::Milliseconds tolerated{tolerated_intervals * usual_interval_ms.value_or(0)};
    array times, temperatures, humidities;
    const auto add = [&](std::int64_t bucket, const auto& temperature, const auto& humidity) {
        times.emplace_back(portal.zone.iso8601(core::Instant{bucket * quarter}));
        temperatures.push_back(mean(temperature));
        humidities.push_back(mean(humidity));
    };
    std::optional<std::int64_t> before;
    for (const auto& one : means) {
        const bool silent =
            before && (one.bucket - *before) * quarter > std::max<core::Milliseconds>(quarter, tolerated);
        if (silent) add(*before + 1, std::optional<double>{}, std::optional<double>{});
        add(one.bucket, one.temperature, one.humidity);
        before = one.bucket;
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
    const core::Instant from{storage::bucket_of(now - shown_time) * quarter};
    const auto means = recent_means(*connection, from);
    const Means none;
    array devices;
    for (const auto& sensor : storage::sensor_overviews(*connection)) {
        const auto own = means.find(sensor.id);
        devices.push_back(object{
            {"uid", sensor.uid},
            {"location", sensor.location},
            {"name", sensor.name},
            {"temperature", figure_or_null(sensor.temperature)},
            {"humidity", figure_or_null(sensor.humidity)},
            {"observed_at", instant_ms(portal, sensor.observed_ms)},
            {"online", is_online(sensor.observed_ms, sensor.usual_interval_ms, now)},
            {"limits", as_json(storage::climate_limits(rules, sensor.uid))},
            {"series", series(portal, own == means.end() ? none : own->second, sensor.usual_interval_ms)}});
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
