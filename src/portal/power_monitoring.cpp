#include "domain/interval_split.hpp"
#include "domain/observed_time.hpp"
#include "domain/tariff.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/energy_history.hpp"
#include "portal/figures.hpp"
#include "portal/month_figures.hpp"
#include "portal/power_series.hpp"
#include "portal/presence.hpp"
#include "portal/requested_device.hpp"
#include "portal/routes.hpp"
#include "storage/meter_queries.hpp"
#include "storage/reading_queries.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;
using core::Result;
using http::Request;
using http::Response;
using storage::Connection;
using storage::DeviceIdentity;

constexpr int shown_readings = 20;

Result<DeviceIdentity> requested_meter(Connection& connection, const Request& request) {
    return requested_device(connection, request, "uid");
}

/// The days of one meter; none if it never reported.
std::vector<storage::DayEnergy> days_of(Connection& connection, const DeviceIdentity& meter,
                                        core::LocalDay first, core::LocalDay last) {
    if (!meter.id) return {};
    return storage::day_energies(connection, std::span(&*meter.id, 1), first, last);
}

Result<Response> page(const Portal& portal, const Request& request, const Visitor& visitor) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    view::MeterPage page;
    fill_chrome(page, portal, request, visitor);
    page.uid = meter->uid;
    page.device_name = meter->name;
    page.location = meter->location;
    return Response::html(portal.renderer.render(page));
}

object readings_as_columns(const Portal& portal, const std::vector<storage::ShownReading>& readings) {
    array rtc, voltage, current, power, frequency, pf, energy, co2, observed_at;
    for (const auto& reading : readings) {
        rtc.push_back(reading.rtc ? boost::json::value(*reading.rtc) : nullptr);
        voltage.push_back(figure_or_null(reading.voltage));
        current.push_back(figure_or_null(reading.current));
        power.push_back(figure_or_null(reading.power));
        frequency.push_back(figure_or_null(reading.frequency));
        pf.push_back(figure_or_null(reading.pf));
        energy.push_back(figure_or_null(reading.energy));
        co2.push_back(figure_or_null(reading.co2));
        observed_at.push_back(instant_ms(portal, reading.observed_ms));
    }
    return {{"rtc", std::move(rtc)},
            {"voltage", std::move(voltage)},
            {"current", std::move(current)},
            {"power", std::move(power)},
            {"frequency", std::move(frequency)},
            {"pf", std::move(pf)},
            {"energy", std::move(energy)},
            {"co2", std::move(co2)},
            {"observed_at", std::move(observed_at)}};
}

Result<Response> data(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    const auto readings = storage::last_readings(*connection, meter->uid, shown_readings,
                                                 portal.now() + domain::clock_tolerance);
    object answer = readings_as_columns(portal, readings);
    answer["uid"] = meter->uid;
    answer["online"] = is_online(meter->last_seen_ms, meter->usual_interval_ms, portal.now());
    answer["last_seen"] = instant_ms(portal, meter->last_seen_ms);
    answer["relay_state"] = nullptr;
    if (!readings.empty() && readings.back().relay_state)
        answer["relay_state"] = *readings.back().relay_state;
    return Response::json(answer);
}

Result<Response> history(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    array labels, days, values;
    const auto stored = meter->id ? storage::newest_energy_history(*connection, *meter->id) : std::nullopt;
    if (stored && stored->json && stored->observed_ms) {
        const auto last_day = portal.zone.day_of(core::from_epoch_ms(*stored->observed_ms));
        for (const auto& day : read_energy_history(*stored->json, last_day)) {
            labels.emplace_back(weekday_label(day.day));
            days.emplace_back(core::format_day(day.day));
            values.push_back(figure_or_null(day.kwh));
        }
    }
    return Response::json(object{{"uid", meter->uid},
                                 {"labels", std::move(labels)},
                                 {"values", std::move(values)},
                                 {"days", std::move(days)}});
}

Result<Response> weekly_duration(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    const Weeks weeks = last_weeks(portal.zone.day_of(portal.now()));
    std::vector<storage::WeekCycles> cycles;
    if (meter->id) cycles = storage::week_cycles(*connection, std::span(&*meter->id, 1), weeks.first_monday);
    return Response::json(object{{"uid", meter->uid},
                                 {"weeks", json_texts(weeks.names)},
                                 {"hours", json_numbers(weekly_hours(weeks, cycles))}});
}

Result<Response> forecast_energy(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    const core::LocalDay today = portal.zone.day_of(portal.now());
    const auto month = requested_month(request, today);
    if (!month) return core::fail(month.error());
    const core::LocalDay first = domain::first_day(*month);
    const int length = domain::days_in(*month);
    const auto days = days_of(*connection, *meter, first, first + date::days{length - 1});
    const Tariff tariff{portal.settings.energy_rate, portal.settings.co2_factor};
    const auto figures = month_figures(days, *month, today, tariff, meter->sends_co2);
    return Response::json(object{{"uid", meter->uid},
                                 {"month", format_month(*month)},
                                 {"energy_kwh", figure(figures.energy_kwh)},
                                 {"active_days", figures.active_days},
                                 {"days_in_month", length},
                                 {"forecast_kwh", figure(figures.forecast_kwh)},
                                 {"rate", tariff.rate},
                                 {"currency", portal.settings.currency},
                                 {"cost", figure(figures.cost)},
                                 {"forecast_cost", figure(figures.forecast_cost)},
                                 {"co2_kg", figure(figures.co2_kg)},
                                 {"max_demand_kw", figure(figures.max_demand_kw.value_or(0))},
                                 {"max_demand_at", instant(portal, figures.max_demand_at)}});
}

Result<Response> corrections(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    const auto found = storage::find_corrections(*connection, meter->id, page_request(request));
    return paged(found, [&portal](const storage::ShownCorrection& correction) {
        return object{{"observed_at", instant_ms(portal, correction.observed_ms)},
                      {"register", correction.register_name},
                      {"class", correction.correction_class},
                      {"before", figure_or_null(correction.before)},
                      {"after", figure_or_null(correction.after)},
                      {"energy_kwh", figure(correction.energy_kwh)}};
    });
}

Result<Response> cycles(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    return paged(storage::find_cycles(*connection, meter->uid, page_request(request)),
                 [](const storage::ShownCycle& cycle) {
                     return object{{"cycle_count", cycle.cycle_count},
                                   {"start", cycle.start},
                                   {"stop", cycle.stop},
                                   {"duration", cycle.duration}};
                 });
}

std::vector<SeriesPoint> read_series(const Portal& portal, Connection& connection,
                                     const DeviceIdentity& meter, const SeriesRange& range,
                                     core::Instant now) {
    if (!meter.id || range.from >= range.to) return {};
    if (range.step != SeriesStep::day) {
        const auto quarters = storage::quarter_energies(connection, *meter.id, range.from, range.to);
        return series_of_quarters(portal.zone, quarters, range.step, now);
    }
    const auto last = portal.zone.day_of(range.to - core::Milliseconds{1});
    return series_of_days(portal.zone, days_of(connection, meter, portal.zone.day_of(range.from), last), now);
}

Result<Response> series(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto meter = requested_meter(*connection, request);
    if (!meter) return core::fail(meter.error());
    const core::Instant now = portal.now();
    const auto range =
        series_range(portal.zone, now, request.query("from"), request.query("to"), request.query("step"));
    if (!range) return core::fail(range.error());
    array points;
    for (const SeriesPoint& point : read_series(portal, *connection, *meter, *range, now)) {
        const auto register_kg = meter->sends_co2 ? std::optional(point.co2_kg) : std::nullopt;
        points.push_back(object{
            {"t", portal.zone.iso8601(point.at)},
            {"power_w", figure_or_null(point.power_w)},
            {"max_power_w", figure_or_null(point.max_power_w)},
            {"energy_kwh", figure(point.energy_kwh)},
            {"co2_kg", figure(domain::co2_kg(point.energy_kwh, register_kg, portal.settings.co2_factor))},
            {"coverage", figure(point.coverage)}});
    }
    return Response::json(object{{"uid", meter->uid},
                                 {"step", name(range->step)},
                                 {"from", portal.zone.iso8601(range->from)},
                                 {"to", portal.zone.iso8601(range->to)},
                                 {"points", std::move(points)}});
}

}  // namespace

void add_power_monitoring_routes(http::Router& router, Portal& portal) {
    add_route(
        router, portal, http::Method::get, "/power_monitoring",
        [&portal](const Request& request, const Visitor& visitor) { return page(portal, request, visitor); });
    const auto add = [&](std::string pattern, Result<Response> (*answer)(const Portal&, const Request&)) {
        add_route(
            router, portal, http::Method::get, std::move(pattern),
            [&portal, answer](const Request& request, const Visitor&) { return answer(portal, request); });
    };
    add("/power_monitoring/data", data);
    add("/power_monitoring/history", history);
    add("/power_monitoring/weekly_duration", weekly_duration);
    add("/power_monitoring/forecast_energy", forecast_energy);
    add("/power_monitoring/corrections", corrections);
    add("/power_monitoring/cycles", cycles);
    add("/power_monitoring/series", series);
}

}  // namespace silaware::portal
