#include <algorithm>

#include "core/text.hpp"
#include "domain/maintenance.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/device_order.hpp"
#include "portal/figures.hpp"
#include "portal/presence.hpp"
#include "portal/routes.hpp"
#include "storage/maintenance_store.hpp"
#include "storage/run_queries.hpp"
#include "storage/settings_store.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using http::Request;
using http::Response;

constexpr double seconds_per_hour = 3600;

object to_json(const Portal& portal, const storage::MachineOverview& machine, double limit_hours,
               core::Instant now) {
    const auto& times = machine.times;
    object result{{"mac_address", machine.mac_address},
                  {"location", machine.location},
                  {"name", machine.name},
                  {"online", is_online(machine.last_run_ms, machine.usual_interval_ms, now)},
                  {"last_seen", instant_ms(portal, machine.last_run_ms)},
                  {"today", core::format_hms(times.today)},
                  {"yesterday", core::format_hms(times.yesterday)},
                  {"week", core::format_hms(times.week)},
                  {"month", core::format_hms(times.month)},
                  {"ytd", core::format_hms(times.ytd)},
                  {"yoy", core::format_hms(times.yoy)},
                  {"total", core::format_hms(times.total)},
                  {"cycles_today", times.cycles_today},
                  {"since_service", core::format_hms(machine.run_since_service)},
                  {"next_maintenance_hours", nullptr},
                  {"maintenance_limit_hours", nullptr}};
    if (const auto due = domain::next_maintenance(machine.run_since_service, limit_hours)) {
        result["maintenance_limit_hours"] = figure(limit_hours);
        result["next_maintenance_hours"] =
            figure(static_cast<double>(*due - machine.run_since_service) / seconds_per_hour);
    }
    return result;
}

core::Result<Response> machines(const Portal& portal) {
    const core::Instant now = portal.now();
    const auto limit = storage::SettingsStore(portal.database).read().utils_min_duration;
    const auto windows = domain::run_windows(portal.zone.day_of(now));
    auto machines = storage::machine_overviews(*portal.database.acquire(), windows);
    std::sort(machines.begin(), machines.end(), [](const auto& a, const auto& b) {
        return stands_before({a.name, a.location, a.mac_address}, {b.name, b.location, b.mac_address});
    });
    boost::json::array devices;
    for (const auto& machine : machines)
        devices.push_back(to_json(portal, machine, core::widen(limit.value_or(0)), now));
    return Response::json(object{{"devices", std::move(devices)}});
}

core::Result<Response> serviced(const Portal& portal, const Request& request, const Visitor& visitor) {
    const auto id = core::DeviceId::parse(request.query("mac").value_or(""));
    if (!id) return core::fail(id.error());
    if (auto done = storage::mark_serviced(portal.database, *id, change_by(portal, request, visitor)); !done)
        return core::fail(std::move(done.error()));
    return Response::json(object{{"mac_address", id->text()}, {"since_service", core::format_hms(0)}});
}

}  // namespace

void add_utility_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/utilities",
              [&portal](const Request& request, const Visitor& visitor) -> core::Result<Response> {
                  return plain_page<view::UtilitiesPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/utilities/json",
              [&portal](const Request&, const Visitor&) { return machines(portal); });
    add_route(router, portal, http::Method::post, "/login/utilities/serviced",
              [&portal](const Request& request, const Visitor& visitor) {
                  return serviced(portal, request, visitor);
              });
}

}  // namespace silaware::portal
