#include "portal/energy_history.hpp"

#include <array>
#include <cmath>

#include <boost/json.hpp>

#include "core/text.hpp"
#include "http/json.hpp"

namespace silaware::portal {

namespace {

std::optional<double> number(const boost::json::value& value) {
    if (value.is_string()) return core::parse_number(value.get_string());
    if (!value.is_number()) return std::nullopt;
    const double result = value.to_number<double>();
    return std::isfinite(result) ? std::optional(result) : std::nullopt;
}

std::optional<core::LocalDay> day_of(const boost::json::value& value) {
    if (!value.is_string()) return std::nullopt;
    const std::string_view text = core::trim(value.get_string());
    if (const auto day = core::parse_day(text)) return day;
    // The meter's own spelling, DD/MM/YYYY, is that of its clock.
    const auto clock = core::parse_meter_clock(std::string(text) + " 00:00:00");
    if (!clock) return std::nullopt;
    return date::floor<date::days>(*clock);
}

HistoryDay read_element(const boost::json::value& element, core::LocalDay day) {
    const auto* object = element.if_object();
    if (object == nullptr) return {day, number(element)};
    HistoryDay result{day, std::nullopt};
    if (const auto* named = object->if_contains("date")) result.day = day_of(*named).value_or(day);
    if (const auto* energy = object->if_contains("energy")) result.kwh = number(*energy);
    return result;
}

}  // namespace

std::vector<HistoryDay> read_energy_history(std::string_view json, core::LocalDay last_day) {
    std::vector<HistoryDay> days;
    const auto parsed = http::parse_json(json);
    if (!parsed || !parsed->is_array()) return days;
    const auto& elements = parsed->get_array();
    core::LocalDay day = last_day - date::days{static_cast<int>(elements.size()) - 1};
    for (const auto& element : elements) {
        days.push_back(read_element(element, day));
        day += date::days{1};
    }
    return days;
}

std::string weekday_label(core::LocalDay day) {
    static constexpr std::array names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    return names.at(date::weekday{day}.c_encoding());
}

}  // namespace silaware::portal
