#include "core/zone_name.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace silaware::core {

namespace {

/// "UTC", "UTC+7", "UTC-3:30".
std::string offset_text(Seconds offset) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
    if (minutes == 0) return "UTC";
    const auto size = std::abs(minutes);
    const char* sign = minutes < 0 ? "-" : "+";
    return size % 60 == 0 ? fmt::format("UTC{}{}", sign, size / 60)
                          : fmt::format("UTC{}{}:{:02}", sign, size / 60, size % 60);
}

}  // namespace

std::string zone_description(const SiteZone& zone, Instant at) {
    const auto info = date::locate_zone(zone.name())->get_info(date::floor<Seconds>(at));
    const std::string offset = offset_text(info.offset);
    // Where people have no letters for a zone, the tz database writes its offset once more.
    const bool has_letters = !info.abbrev.empty() && info.abbrev.front() >= 'A' && info.abbrev != offset;
    return fmt::format("{} ({}{})", zone.name(), has_letters ? info.abbrev + ", " : "", offset);
}

}  // namespace silaware::core
