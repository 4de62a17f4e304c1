#include "portal/report_request.hpp"

#include <cctype>

#include "core/text.hpp"
#include "storage/meter_queries.hpp"

namespace silaware::portal {

namespace {

/// The day in parameter `name`; a sentence in `problems` if it is none.
std::optional<core::LocalDay> requested_day(const http::RequestHead& request, const std::string& name,
                                            std::map<std::string, std::string>& problems) {
    const auto text = request.query(name);
    if (!text || core::trim(*text).empty()) return std::nullopt;
    const auto day = core::parse_day(core::trim(*text));
    if (!day) problems[name] = "Give a date as YYYY-MM-DD.";
    return day;
}

std::string day_or(std::optional<core::LocalDay> day, std::string_view otherwise) {
    return day ? core::format_day(*day) : std::string(otherwise);
}

}  // namespace

std::int64_t ReportPeriod::start_of(const core::SiteZone& zone, core::LocalDay day) const {
    if (clock == ReportClock::site) return core::epoch_ms(zone.start_of_day(day)) / 1000;
    return core::Seconds{day.time_since_epoch()}.count();
}

std::int64_t ReportPeriod::wall_clock(const core::SiteZone& zone, std::int64_t epoch) const {
    if (clock == ReportClock::utc) return epoch;
    return zone.to_local(core::from_epoch_ms(epoch * 1000)).time_since_epoch().count();
}

std::string ReportPeriod::zone_name(const core::SiteZone& zone) const {
    return clock == ReportClock::site ? zone.name() : "UTC";
}

core::Result<ReportPeriod> requested_period(const http::RequestHead& request) {
    core::Error error{core::ErrorCode::invalid, {}, {}};
    ReportPeriod period;
    period.first = requested_day(request, "from", error.fields);
    period.last = requested_day(request, "to", error.fields);
    if (period.first && period.last && *period.last < *period.first)
        error.fields["to"] = "The last day must not be before the first.";
    const std::string clock = core::lower_ascii(request.query("tz").value_or(""));
    if (clock == "site") {
        period.clock = ReportClock::site;
    } else if (!clock.empty() && clock != "utc") {
        error.fields["tz"] = "Choose utc or site.";
    }
    if (error.fields.empty()) return period;
    error.message = error.fields.begin()->second;
    return core::fail(std::move(error));
}

core::Result<std::vector<std::string>> requested_devices(
    const http::RequestHead& request, std::string_view name,
    const std::function<bool(const core::DeviceId&)>& is_device) {
    std::vector<std::string> devices;
    for (const std::string& list : request.query_params.all(name)) {
        const bool has_comma = list.find(',') != std::string::npos;
        if (const auto whole = core::DeviceId::parse(list); has_comma && whole && is_device(*whole)) {
            devices.push_back(whole->text());
            continue;
        }
        std::string_view rest = list;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            const std::string_view item = core::trim(rest.substr(0, comma));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
            if (item.empty()) continue;
            const auto id = core::DeviceId::parse(item);
            if (!id) {
                return core::fail({core::ErrorCode::invalid,
                                   id.error().message,
                                   {{std::string(name), id.error().message}}});
            }
            devices.push_back(id->text());
        }
    }
    return devices;
}

core::Result<std::vector<std::string>> requested_devices(const Portal& portal,
                                                         const http::RequestHead& request,
                                                         std::string_view name) {
    return requested_devices(request, name, [&](const core::DeviceId& id) {
        return storage::find_device(*portal.database.acquire(), id).has_value();
    });
}

FileKind csv_kind(const http::RequestHead& request) {
    const std::string mark = request.query("bom").value_or("");
    return mark == "1" || mark == "true" ? FileKind::csv_with_mark : FileKind::csv;
}

void add_download_routes(http::Router& router, Portal& portal, const std::shared_ptr<ExportDesk>& desk,
                         const std::string& pattern, DownloadHandler handler) {
    add_route(router, portal, http::Method::get, pattern + "/excel",
              [&portal, desk, handler](const http::Request& request, const Visitor& visitor) {
                  return handler(portal, *desk, request, visitor, FileKind::excel);
              });
    add_route(router, portal, http::Method::get, pattern + "/csv",
              [&portal, desk, handler](const http::Request& request, const Visitor& visitor) {
                  return handler(portal, *desk, request, visitor, csv_kind(request));
              });
}

std::string report_file_name(std::string_view what, const std::vector<std::string>& devices,
                             const ReportPeriod& period) {
    std::string name = "silaware-" + std::string(what);
    if (devices.size() == 1) {
        name += '-';
        for (const char c : devices.front()) {
            if (std::isalnum(static_cast<unsigned char>(c))) name += c;
        }
    } else if (devices.size() > 1) {
        name += fmt::format("-{}-devices", devices.size());
    }
    if (period.first) name += "-from-" + core::format_day(*period.first);
    if (period.last) name += "-to-" + core::format_day(*period.last);
    return name;
}

std::vector<std::pair<std::string, std::string>> report_facts(const std::vector<std::string>& devices,
                                                              const ReportPeriod& period,
                                                              const core::SiteZone& zone) {
    return {{"Devices", devices.empty() ? "all" : fmt::format("{}", fmt::join(devices, ", "))},
            {"From", day_or(period.first, "the beginning")},
            {"To", day_or(period.last, "the end")},
            {"Times in", period.zone_name(zone)}};
}

}  // namespace silaware::portal
