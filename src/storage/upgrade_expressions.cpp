#include "storage/upgrade_expressions.hpp"

#include <fmt/format.h>

namespace silaware::storage {

namespace {

constexpr auto years_back = date::years{4};
constexpr auto doubtful = std::chrono::hours{3};

bool is_text(const std::string& type) {
    return type.ends_with("char") || type.ends_with("text");
}
bool is_date(const std::string& type) {
    return type == "datetime" || type == "timestamp";
}

std::int64_t offset_at(const core::SiteZone& zone, core::LocalTime wall) {
    const auto utc = std::chrono::floor<core::Seconds>(zone.to_instant(wall));
    return wall.time_since_epoch().count() - utc.time_since_epoch().count();
}

/// The first second after `from` at which the site's offset is no longer that of `from`; they differ at `to`.
core::LocalTime change_between(const core::SiteZone& zone, core::LocalTime from, core::LocalTime to) {
    const std::int64_t offset = offset_at(zone, from);
    while (to - from > core::Seconds{1}) {
        const core::LocalTime middle = from + (to - from) / 2;
        (offset_at(zone, middle) == offset ? from : to) = middle;
    }
    return to;
}

/// The double that is nearest to the shortest decimal of a FLOAT: 220.1, not 220.10000610351562.
std::string shortest_decimal(const std::string& value) {
    const auto rounded = [&](int digits) {
        return fmt::format("ROUND(CAST({0} AS DOUBLE), {1} - FLOOR(LOG10(ABS(CAST({0} AS DOUBLE)))))", value,
                           digits - 1);
    };
    std::string sql = fmt::format("CASE WHEN {0} IS NULL OR {0} = 0 THEN {0}", value);
    for (const int digits : {6, 7, 8, 9})
        sql += fmt::format(" WHEN CAST({0} AS FLOAT) = {1} THEN {0}", rounded(digits), value);
    return sql + fmt::format(" ELSE CAST({} AS DOUBLE) END", value);
}

std::string meter_clock(const std::string& name, const std::string& type) {
    if (is_date(type)) return name;
    return fmt::format(
        "COALESCE(STR_TO_DATE({0}, '%d/%m/%Y %H:%i:%s'), STR_TO_DATE({0}, '%Y-%m-%d %H:%i:%s'), "
        "STR_TO_DATE({0}, '%Y-%m-%dT%H:%i:%s'))",
        name);
}

std::string epoch(const std::string& name, const std::string& type) {
    if (is_date(type)) return fmt::format("COALESCE(UNIX_TIMESTAMP({}), 0)", name);
    return fmt::format("COALESCE(IF({0} >= 1000000000000, CAST({0} AS SIGNED) DIV 1000, {0}), 0)", name);
}

std::string duration(const std::string& name, const std::string& type) {
    const bool seconds = !is_text(type) && type != "time";
    return fmt::format("LEFT(COALESCE({}, ''), 16)", seconds ? fmt::format("SEC_TO_TIME({})", name)
                                                             : fmt::format("CAST({} AS CHAR)", name));
}

}  // namespace

OlderClock older_clock(const core::SiteZone& zone, core::Instant now) {
    const core::LocalTime last = zone.to_local(now + date::days{2});
    core::LocalTime at = last - years_back;
    OlderClock clock;
    std::string cases;
    std::string sure;
    while (at < last) {
        const core::LocalTime next = at + date::days{1};
        if (const auto offset = offset_at(zone, at); offset_at(zone, next) != offset) {
            const core::LocalTime change = change_between(zone, at, next);
            cases += fmt::format(" WHEN @ < '{}' THEN {}", core::format_local(change), offset);
            sure += fmt::format(" WHEN @ < '{}' THEN {} WHEN @ < '{}' THEN NULL",
                                core::format_local(change - doubtful), offset,
                                core::format_local(change + doubtful));
        }
        at = next;
    }
    const std::int64_t newest = offset_at(zone, at);
    clock.site_offset =
        cases.empty() ? std::to_string(newest) : fmt::format("(CASE{} ELSE {} END)", cases, newest);
    clock.sure_offset =
        sure.empty() ? std::to_string(newest) : fmt::format("(CASE{} ELSE {} END)", sure, newest);
    return clock;
}

std::string epoch_of_wall(const std::string& wall, std::string offset) {
    for (auto mark = offset.find('@'); mark != std::string::npos; mark = offset.find('@', mark + wall.size()))
        offset.replace(mark, 1, wall);
    return fmt::format("(TIMESTAMPDIFF(SECOND, '1970-01-01 00:00:00', {}) - {})", wall, offset);
}

std::string taken_over(ColumnKind kind, const ServerColumn& column, const OlderClock& clock) {
    const std::string name = fmt::format("o.`{}`", column.name);
    switch (kind) {
        case ColumnKind::row_id:
        case ColumnKind::plain:
            return name;
        case ColumnKind::device:
            return fmt::format("COALESCE(i.uid, LEFT({}, 64), '')", name);
        case ColumnKind::meter_clock:
            return meter_clock(name, column.type);
        case ColumnKind::receipt: {
            const bool zoned = column.type == "timestamp" || clock.receipts_are_utc;
            const std::string utc =
                zoned ? name
                      : fmt::format("FROM_UNIXTIME(GREATEST(1, {}))", epoch_of_wall(name, clock.site_offset));
            return fmt::format("COALESCE({}, CURRENT_TIMESTAMP(3))", utc);
        }
        case ColumnKind::amount:
            return column.type == "float" ? shortest_decimal(name) : name;
        case ColumnKind::number:
            return fmt::format("COALESCE({}, 0)", name);
        case ColumnKind::epoch:
            return epoch(name, column.type);
        case ColumnKind::wall_clock:
            return fmt::format("COALESCE({}, '1970-01-01 00:00:00')", name);
        case ColumnKind::duration:
            return duration(name, column.type);
    }
    return name;
}

}  // namespace silaware::storage
