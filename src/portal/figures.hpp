#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/time.hpp"
#include "http/request.hpp"
#include "storage/energy_queries.hpp"

namespace silaware::portal {

/// `value` without the noise of binary sums: rounded to nine decimals and fifteen digits, never −0.
double figure(double value);
/// A FLOAT column as the shortest decimal that reads back the same; null if there is none.
boost::json::value figure_or_null(std::optional<float> value);
boost::json::value figure_or_null(std::optional<double> value);

/// The month a request asks for by `month` and `year`, or by `month=2026-11`; `today`'s without both. Error
/// `invalid`.
core::Result<date::year_month> requested_month(const http::RequestHead& request, core::LocalDay today);
/// `2026-11`.
std::string format_month(date::year_month month);

/// The last `count` ISO weeks, `today`'s included.
struct Weeks {
    core::LocalDay first_monday;
    std::vector<std::string> names;  ///< `2026-W48`, oldest first
};
inline constexpr int shown_weeks = 5;
Weeks last_weeks(core::LocalDay today, int count = shown_weeks);
/// Hours of cycles per week of `weeks`, from the rows of one meter.
std::vector<double> weekly_hours(const Weeks& weeks, std::span<const storage::WeekCycles> rows);

boost::json::array json_numbers(std::span<const double> values);
boost::json::array json_texts(std::span<const std::string> values);

/// kWh by day, from the rows of one meter.
std::map<core::LocalDay, double> kwh_by_day(std::span<const storage::DayEnergy> days);

/// The rows of one device of a list that is sorted by `device_id`.
template <typename Row>
std::span<const Row> rows_of(const std::vector<Row>& rows, storage::KnownDeviceId device) {
    const auto [first, last] =
        std::equal_range(rows.begin(), rows.end(), device, [](const auto& left, const auto& right) {
            const auto id = [](const auto& value) {
                if constexpr (requires { value.device_id; }) {
                    return value.device_id;
                } else {
                    return value;
                }
            };
            return id(left) < id(right);
        });
    return {first, last};
}

}  // namespace silaware::portal
