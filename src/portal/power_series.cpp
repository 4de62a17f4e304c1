#include "portal/power_series.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "domain/interval_split.hpp"

namespace silaware::portal {

namespace {

using core::Instant;
using core::Milliseconds;

Milliseconds shortest_length(SeriesStep step) {
    switch (step) {
        case SeriesStep::quarter:
            return domain::quarter_length;
        case SeriesStep::hour:
            return std::chrono::hours{1};
        case SeriesStep::day:
            return std::chrono::hours{23};
    }
    return domain::quarter_length;
}

bool fits(const SeriesRange& range, SeriesStep step) {
    return (range.to - range.from) / shortest_length(step) < most_points;
}

/// `+07:00`, `-0330` or `Z` at the end of `text`, taken off; a `+` may have become a blank in the query.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (!text.empty() && (text.back() == 'Z' || text.back() == 'z')) {
        text.remove_suffix(1);
        return std::chrono::minutes{0};
    }
    const auto sign = text.find_last_of("+- ");
    if (sign == std::string_view::npos || sign < 16) return std::nullopt;
    std::string digits(text.substr(sign + 1));
    std::erase(digits, ':');
    const auto number = core::parse_integer(digits);
    if (digits.size() != 4 || !number) return std::nullopt;
    const auto offset = std::chrono::minutes{*number / 100 * 60 + *number % 100};
    const bool west = text[sign] == '-';
    text = text.substr(0, sign);
    return west ? -offset : offset;
}

std::optional<core::LocalTime> parse_clock(std::string_view text) {
    if (const auto dot = text.find('.'); dot != std::string_view::npos) text = text.substr(0, dot);
    std::string clock(text);
    if (clock.size() == 16) clock += ":00";
    if (clock.size() < 5 || clock[4] != '-') return std::nullopt;
    return core::parse_meter_clock(clock);
}

enum class Edge { from, to };

std::optional<Instant> parse_edge(const core::SiteZone& zone, std::string_view text, Edge edge) {
    text = core::trim(text);
    if (const auto day = core::parse_day(text)) {
        return zone.start_of_day(edge == Edge::to ? *day + date::days{1} : *day);
    }
    const auto offset = take_offset(text);
    const auto clock = parse_clock(text);
    if (!clock) return std::nullopt;
    if (offset) return Instant{clock->time_since_epoch()} - *offset;
    return zone.to_instant(*clock);
}

core::Result<Instant> edge_or(const core::SiteZone& zone, const std::optional<std::string>& text, Edge edge,
                              Instant otherwise) {
    if (!text || core::trim(*text).empty()) return otherwise;
    const auto instant = parse_edge(zone, *text, edge);
    if (!instant) {
        return core::fail(
            core::ErrorCode::invalid,
            fmt::format("\"{}\" is no time: give YYYY-MM-DD or ISO 8601, such as 2026-11-23T08:00:00+07:00.",
                        core::truncate_utf8(*text, 60)));
    }
    return *instant;
}

core::Result<SeriesStep> parse_step(std::string_view text) {
    if (text.empty() || text == "auto" || text == "15m") return SeriesStep::quarter;
    if (text == "1h") return SeriesStep::hour;
    if (text == "1d") return SeriesStep::day;
    return core::fail(core::ErrorCode::invalid, "Choose auto, 15m, 1h or 1d as the step.");
}

double coverage(std::int64_t covered_ms, Instant start, Instant end, Instant now) {
    const auto passed = (std::min(end, std::max(now, start)) - start).count();
    if (passed <= 0) return covered_ms > 0 ? 1 : 0;
    return std::clamp(static_cast<double>(covered_ms) / static_cast<double>(passed), 0.0, 1.0);
}

struct Gathered {
    double power_sum = 0;
    std::int64_t samples = 0;
    std::int64_t covered_ms = 0;
};

void add(SeriesPoint& point, Gathered& gathered, const storage::QuarterEnergy& quarter) {
    point.energy_kwh += quarter.energy_kwh;
    point.co2_kg += quarter.co2_kg;
    if (quarter.power_max_w)
        point.max_power_w = std::max(point.max_power_w.value_or(*quarter.power_max_w), *quarter.power_max_w);
    gathered.power_sum += quarter.power_sum_w;
    gathered.samples += quarter.samples;
    gathered.covered_ms += quarter.covered_ms;
}

}  // namespace

std::string_view name(SeriesStep step) {
    switch (step) {
        case SeriesStep::quarter:
            return "15m";
        case SeriesStep::hour:
            return "1h";
        case SeriesStep::day:
            return "1d";
    }
    return "15m";
}

core::Result<SeriesRange> series_range(const core::SiteZone& zone, Instant now,
                                       const std::optional<std::string>& from,
                                       const std::optional<std::string>& to,
                                       const std::optional<std::string>& step) {
    const auto last = edge_or(zone, to, Edge::to, now);
    if (!last) return core::fail(last.error());
    const auto first = edge_or(zone, from, Edge::from, zone.start_of_day(zone.day_of(*last)));
    if (!first) return core::fail(first.error());
    const auto wanted = parse_step(step.value_or(""));
    if (!wanted) return core::fail(wanted.error());
    SeriesRange range{*first, *last, *wanted};
    if (range.to < range.from || (from && range.to == range.from))
        return core::fail(core::ErrorCode::invalid, "The beginning (from) must not be after the end (to).");
    if (range.step == SeriesStep::quarter && !fits(range, SeriesStep::quarter)) range.step = SeriesStep::hour;
    if (range.step == SeriesStep::hour && !fits(range, SeriesStep::hour)) range.step = SeriesStep::day;
    if (!fits(range, range.step)) {
        return core::fail(core::ErrorCode::invalid,
                          "A chart covers at most five years: choose a shorter time.");
    }
    return range;
}

std::vector<SeriesPoint> series_of_quarters(const core::SiteZone& zone,
                                            std::span<const storage::QuarterEnergy> quarters, SeriesStep step,
                                            Instant now) {
    std::vector<SeriesPoint> points;
    const Milliseconds length = shortest_length(step);
    Gathered gathered;
    const auto finish = [&] {
        if (points.empty()) return;
        SeriesPoint& point = points.back();
        if (gathered.samples > 0) point.power_w = gathered.power_sum / static_cast<double>(gathered.samples);
        point.coverage = coverage(gathered.covered_ms, point.at, point.at + length, now);
        gathered = {};
    };
    for (const auto& quarter : quarters) {
        const Instant at = step == SeriesStep::hour ? domain::hour_start(zone, quarter.start) : quarter.start;
        if (points.empty() || points.back().at != at) {
            finish();
            for (Instant gap = points.empty() ? at : points.back().at + length; gap < at; gap += length)
                points.push_back({.at = gap});
            points.push_back({.at = at});
        }
        add(points.back(), gathered, quarter);
    }
    finish();
    return points;
}

std::vector<SeriesPoint> series_of_days(const core::SiteZone& zone, std::span<const storage::DayEnergy> days,
                                        Instant now) {
    std::vector<SeriesPoint> points;
    std::optional<core::LocalDay> last;
    for (const auto& day : days) {
        for (core::LocalDay gap = last ? *last + date::days{1} : day.day; gap < day.day; gap += date::days{1})
            points.push_back({.at = zone.start_of_day(gap)});
        last = day.day;
        const Instant start = zone.start_of_day(day.day);
        const Instant end = zone.start_of_day(day.day + date::days{1});
        SeriesPoint point{.at = start, .energy_kwh = day.energy_kwh, .co2_kg = day.co2_kg};
        const double hours = core::to_hours((std::min(end, std::max(now, start)) - start).count());
        if (hours > 0) point.power_w = day.energy_kwh / hours * 1000;
        if (day.max_demand_kw) point.max_power_w = *day.max_demand_kw * 1000;
        point.coverage = coverage(day.covered_ms, start, end, now);
        points.push_back(point);
    }
    return points;
}

}  // namespace silaware::portal
