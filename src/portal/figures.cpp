#include "portal/figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace silaware::portal {

namespace {

constexpr int most_decimals = 9;
constexpr int exact_digits = 15;  ///< that a double holds, whatever the number

core::Result<date::year_month> valid_month(long long year, long long month) {
    if (year < 1970 || year > 9999 || month < 1 || month > 12) {
        return core::fail(core::ErrorCode::invalid,
                          "Give a month from 1970 on, as month=11&year=2026 or month=2026-11.");
    }
    return date::year{static_cast<int>(year)} / date::month{static_cast<unsigned>(month)};
}

/// A number, or `otherwise` for a parameter that is missing or empty; -1 for nonsense.
long long number_in(const std::optional<std::string>& text, long long otherwise) {
    if (!text || core::trim(*text).empty()) return otherwise;
    return core::parse_integer(*text).value_or(-1);
}

}  // namespace

double figure(double value) {
    if (!std::isfinite(value)) return value;
    const double magnitude = std::abs(value);
    const int digits = magnitude < 1 ? 0 : static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    const int decimals = std::min(most_decimals, exact_digits - digits);
    if (decimals <= 0) return value;
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) / scale + 0.0;
}

boost::json::value figure_or_null(std::optional<float> value) {
    if (!value) return nullptr;
    return core::widen(*value);
}

boost::json::value figure_or_null(std::optional<double> value) {
    if (!value) return nullptr;
    return figure(*value);
}

core::Result<date::year_month> requested_month(const http::RequestHead& request, core::LocalDay today) {
    const date::year_month_day now{today};
    const auto text = request.query("month");
    if (text && text->size() == 7 && (*text)[4] == '-') {
        return valid_month(core::parse_integer(text->substr(0, 4)).value_or(-1),
                           core::parse_integer(text->substr(5)).value_or(-1));
    }
    return valid_month(number_in(request.query("year"), static_cast<int>(now.year())),
                       number_in(text, static_cast<unsigned>(now.month())));
}

std::string format_month(date::year_month month) {
    return fmt::format("{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
}

Weeks last_weeks(core::LocalDay today, int count) {
    Weeks weeks{core::monday_of(today) - date::days{7 * (count - 1)}, {}};
    for (int i = 0; i < count; ++i) {
        weeks.names.push_back(core::format_week(core::iso_week(weeks.first_monday + date::days{7 * i})));
    }
    return weeks;
}

std::vector<double> weekly_hours(const Weeks& weeks, std::span<const storage::WeekCycles> rows) {
    std::vector<double> hours(weeks.names.size(), 0);
    for (const auto& row : rows) {
        if (row.week < 0 || row.week >= static_cast<std::int64_t>(hours.size())) continue;
        hours[static_cast<std::size_t>(row.week)] = figure(core::to_hours(row.cycle_ms));
    }
    return hours;
}

boost::json::array json_numbers(std::span<const double> values) {
    return boost::json::array(values.begin(), values.end());
}

boost::json::array json_texts(std::span<const std::string> values) {
    boost::json::array array;
    for (const std::string& value : values)
        array.emplace_back(value);
    return array;
}

std::map<core::LocalDay, double> kwh_by_day(std::span<const storage::DayEnergy> days) {
    std::map<core::LocalDay, double> sums;
    for (const auto& day : days)
        sums[day.day] += day.energy_kwh;
    return sums;
}

}  // namespace silaware::portal
