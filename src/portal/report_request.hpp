#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/device_id.hpp"
#include "core/time.hpp"
#include "http/request.hpp"
#include "portal/download.hpp"
#include "portal/portal.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

enum class ReportClock { utc, site };

/// The days a report is about, both included, and the clock they are cut by.
struct ReportPeriod {
    std::optional<core::LocalDay> first = {};
    std::optional<core::LocalDay> last = {};
    ReportClock clock = ReportClock::utc;

    /// Epoch seconds at which `day` begins.
    std::int64_t start_of(const core::SiteZone& zone, core::LocalDay day) const;
    /// `epoch` as seconds of the wall clock.
    std::int64_t wall_clock(const core::SiteZone& zone, std::int64_t epoch) const;
    std::string zone_name(const core::SiteZone& zone) const;
};

/// `from`, `to` (YYYY-MM-DD) and `tz` (utc, site). Error `invalid` by field.
core::Result<ReportPeriod> requested_period(const http::RequestHead& request);

/// The devices of a parameter: repeated or as a comma-separated list, in any spelling. A text with commas
/// that `is_device` is no list. Error `invalid`.
core::Result<std::vector<std::string>> requested_devices(
    const http::RequestHead& request, std::string_view name,
    const std::function<bool(const core::DeviceId&)>& is_device);
/// With the devices that are known.
core::Result<std::vector<std::string>> requested_devices(const Portal& portal,
                                                         const http::RequestHead& request,
                                                         std::string_view name);

/// Answers a request with a file of that kind.
using DownloadHandler = core::Result<http::Response> (*)(const Portal&, ExportDesk&, const http::Request&,
                                                         const Visitor&, FileKind);
/// Adds the routes `<pattern>/excel` and `<pattern>/csv`.
void add_download_routes(http::Router& router, Portal& portal, const std::shared_ptr<ExportDesk>& desk,
                         const std::string& pattern, DownloadHandler handler);

/// `bom=1` asks for the mark that tells a spreadsheet program about UTF-8.
FileKind csv_kind(const http::RequestHead& request);

/// `silaware-runs-AABBCCDDEE01-2026-11-01-to-2026-11-23`.
std::string report_file_name(std::string_view what, const std::vector<std::string>& devices,
                             const ReportPeriod& period);

/// Devices, days and clock, for the sheet that says what a file is.
std::vector<std::pair<std::string, std::string>> report_facts(const std::vector<std::string>& devices,
                                                              const ReportPeriod& period,
                                                              const core::SiteZone& zone);

}  // namespace silaware::portal
