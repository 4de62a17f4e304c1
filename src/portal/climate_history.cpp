#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/climate_series.hpp"
#include "portal/download.hpp"
#include "portal/report_request.hpp"
#include "portal/requested_device.hpp"
#include "portal/routes.hpp"
#include "storage/climate_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using core::Result;
using http::Request;
using http::Response;
using sheet::Cell;
using storage::ClimateQuarter;
using storage::DeviceIdentity;

std::vector<ClimateQuarter> quarters_of(storage::Connection& connection, const DeviceIdentity& sensor,
                                        core::Instant from, core::Instant to) {
    if (!sensor.id) return {};
    constexpr core::Milliseconds instant{1};
    return storage::stored_climate_quarters(connection, *sensor.id, storage::bucket_of(from),
                                            storage::bucket_of(to - instant) + 1);
}

Result<Response> climate_series_json(const Portal& portal, const Request& request) {
    auto connection = portal.database.acquire();
    const auto sensor = requested_device(*connection, request, "mac");
    if (!sensor) return core::fail(sensor.error());
    const auto range = series_range(portal.zone, portal.now(), request.query("from"), request.query("to"),
                                    request.query("step"));
    if (!range) return core::fail(range.error());
    const auto quarters = quarters_of(*connection, *sensor, range->from, range->to);
    const auto points = climate_series(portal.zone, quarters, range->step, sensor->usual_interval_ms);
    object answer = as_columns(portal.zone, points);
    answer["uid"] = sensor->uid;
    answer["step"] = name(range->step);
    answer["from"] = portal.zone.iso8601(range->from);
    answer["to"] = portal.zone.iso8601(range->to);
    return Response::json(answer);
}

const sheet::Table& climate_table() {
    static const sheet::Table table{"Climate",
                                    {{"time", 20},
                                     {"mac_address", 20},
                                     {"name", 24},
                                     {"location", 24},
                                     {"temperature", 12},
                                     {"humidity", 12}}};
    return table;
}

/// What is read of a sensor's quarter hours, and how much of it at once.
struct ClimateRows {
    storage::Database& database;
    DeviceIdentity sensor;
    core::SiteZone zone;
    core::Instant from;
    core::Instant to;

    void give(const RowSink& sink) const {
        constexpr core::Milliseconds at_once = std::chrono::hours{24 * 30};
        for (core::Instant first = from; first < to; first += at_once) {
            const auto quarters =
                quarters_of(*database.acquire(), sensor, first, std::min(to, first + at_once));
            for (const ClimateQuarter& quarter : quarters)
                if (!give_row(quarter, sink)) return;
        }
    }

  private:
    bool give_row(const ClimateQuarter& quarter, const RowSink& sink) const {
        const ClimatePoint point = climate_point(storage::bucket_start(quarter.bucket), {&quarter, 1});
        const auto clock = zone.to_local(point.at).time_since_epoch();
        const std::array<Cell, 6> row{sheet::WallClock{clock.count()},
                                      std::string_view(sensor.uid),
                                      std::string_view(sensor.name),
                                      std::string_view(sensor.location),
                                      number_or_blank(rounded(point.temperature)),
                                      number_or_blank(rounded(point.humidity))};
        return sink(row);
    }
};

/// The days asked for, both included; without them the last thirty.
ReportPeriod days_or_month(ReportPeriod period, core::LocalDay today) {
    constexpr date::days shown{29};
    period.clock = ReportClock::site;
    if (!period.last) period.last = std::max(today, period.first.value_or(today));
    if (!period.first) period.first = *period.last - shown;
    return period;
}

Result<Response> download_climate(const Portal& portal, ExportDesk& desk, const Request& request,
                                  const Visitor& visitor, FileKind kind) {
    constexpr date::days most{3660};
    const auto sensor = requested_device(*portal.database.acquire(), request, "mac");
    if (!sensor) return core::fail(sensor.error());
    const auto asked = requested_period(request);
    if (!asked) return core::fail(asked.error());
    const ReportPeriod period = days_or_month(*asked, portal.zone.day_of(portal.now()));
    if (*period.last - *period.first > most)
        return core::fail(core::ErrorCode::invalid, "A climate report covers at most ten years.");
    const auto rows = std::make_shared<ClimateRows>(
        ClimateRows{portal.report_database, *sensor, portal.zone, portal.zone.start_of_day(*period.first),
                    portal.zone.start_of_day(*period.last + date::days{1})});
    auto facts = report_facts({sensor->uid}, period, portal.zone);
    facts.emplace_back("Values", "means of quarter hours, in °C and %, by their start");
    facts.emplace_back("Made at", portal.zone.iso8601(portal.now()));
    facts.emplace_back("Made by", visitor.username);
    Download file;
    file.id = progress_id(request);
    file.file_name = report_file_name("climate", {sensor->uid}, period);
    file.table = climate_table();
    file.rows = [rows](const RowSink& sink) { rows->give(sink); };
    file.totals = [] { return std::vector<Cell>{}; };
    file.facts = [facts] { return facts; };
    return send(desk, std::move(file), kind);
}

}  // namespace

void add_climate_history_routes(http::Router& router, Portal& portal, std::shared_ptr<ExportDesk> desk) {
    add_route(
        router, portal, http::Method::get, "/login/climate/series",
        [&portal](const Request& request, const Visitor&) { return climate_series_json(portal, request); });
    add_download_routes(router, portal, desk, "/login/climate", download_climate);
}

}  // namespace silaware::portal
