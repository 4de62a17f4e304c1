#include "storage/report_queries.hpp"

#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "storage/like.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view identity = "SELECT u.id, u.mac_address, ";
constexpr std::string_view measures = ", u.start, u.stop, u.cycle_count, u.total_run";
constexpr std::string_view joined_location = "COALESCE(d.location, '')";
// For the rows of a page alone: a join lets the server sort all runs first.
constexpr std::string_view looked_up_location = R"(COALESCE((
    SELECT d.location FROM devices d WHERE d.mac_address = u.mac_address
     ORDER BY d.mac_key IS NULL, d.id LIMIT 1), ''))";
constexpr std::string_view no_location = "''";
const std::string registered = fmt::format(
    "SELECT d.mac_address, d.location FROM devices d WHERE {} AND d.location <> ''", is_registration);
constexpr std::string_view sums = "SELECT COUNT(*), COALESCE(SUM(u.total_run), 0)";
constexpr std::string_view runs = " FROM utils u";
const std::string with_devices =
    fmt::format(" LEFT JOIN devices d ON d.mac_address = u.mac_address AND {}", is_registration);
constexpr std::string_view in_time = " WHERE u.start >= ? AND u.start < ?";
constexpr std::string_view of_search =
    " AND (u.mac_address LIKE ? ESCAPE '!' OR d.location LIKE ? ESCAPE '!')";

std::string_view name(RunColumn column) {
    switch (column) {
        case RunColumn::id:
            return "u.id";
        case RunColumn::mac_address:
            return "u.mac_address";
        case RunColumn::location:
            return "d.location";
        case RunColumn::start:
            return "u.start";
        case RunColumn::stop:
            return "u.stop";
        case RunColumn::cycle_count:
            return "u.cycle_count";
        case RunColumn::total_run:
            return "u.total_run";
    }
    return "u.start";
}

std::string order_by(const RunOrder& order) {
    const std::string_view way = order.direction == Direction::descending ? " DESC" : "";
    std::string text = " ORDER BY ";
    text.append(name(order.column)).append(way).append(", u.id").append(way);
    return text;
}

/// `(?,?,…)` with a place for every device that can be asked for, so that there is one statement for any
/// number.
std::string device_places() {
    std::string places = " AND u.mac_address IN (?";
    for (std::size_t i = 1; i < RunFilter::most_devices; ++i)
        places += ",?";
    return places + ")";
}

/// The statement behind `select`, for what the filter holds; the devices' table is joined only where it is
/// needed.
std::string from_where(const RunFilter& filter, bool needs_devices) {
    std::string sql(runs);
    if (needs_devices || !filter.search.empty()) sql += with_devices;
    sql += in_time;
    if (!filter.devices.empty()) sql += device_places();
    if (!filter.search.empty()) sql += of_search;
    return sql;
}

/// Searching and sorting by the place need it for every run there is.
bool joins_devices(const RunFilter& filter, const RunOrder& order) {
    return !filter.search.empty() || order.column == RunColumn::location;
}

std::string select_runs(const RunFilter& filter, const RunOrder& order, std::string_view otherwise) {
    const bool joins = joins_devices(filter, order);
    std::string sql(identity);
    sql.append(joins ? joined_location : otherwise).append(measures);
    return sql + from_where(filter, joins) + order_by(order);
}

/// The places of the registered devices. Looking a run's up here costs a third of what the join costs the
/// server.
class Locations {
  public:
    explicit Locations(Connection& connection) {
        for (auto& device : connection.select<Place>(registered))
            by_id_[core::lower_ascii(device.mac_address)] = std::move(device.location);
    }

    const std::string& of(const std::string& mac_address) {
        const auto known = by_text_.find(mac_address);
        if (known != by_text_.end()) return known->second;
        const auto found = by_id_.find(core::lower_ascii(mac_address));
        return by_text_.emplace(mac_address, found == by_id_.end() ? "" : found->second).first->second;
    }

  private:
    struct Place {
        std::string mac_address;
        std::string location;
    };
    std::unordered_map<std::string, std::string> by_id_;
    std::unordered_map<std::string, std::string> by_text_;
};

using Devices = std::array<std::string_view, RunFilter::most_devices>;

/// The devices, the last one repeated up to the number of places.
Devices fill_places(const RunFilter& filter) {
    if (filter.devices.size() > RunFilter::most_devices)
        throw std::invalid_argument("too many devices in a filter");
    Devices places;
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = filter.devices[std::min(i, filter.devices.size() - 1)];
    return places;
}

/// Calls `use` with the parameters of `from_where`, then `more`.
template <typename Use, typename... More>
auto with_parameters(const RunFilter& filter, Use&& use, const More&... more) {
    const auto from = filter.start_from.value_or(0);
    const auto before = filter.start_before.value_or(std::numeric_limits<std::int64_t>::max());
    const std::string pattern = like_pattern(filter.search);
    if (filter.devices.empty()) {
        if (filter.search.empty()) return use(from, before, more...);
        return use(from, before, pattern, pattern, more...);
    }
    return std::apply(
        [&](const auto&... devices) {
            if (filter.search.empty()) return use(from, before, devices..., more...);
            return use(from, before, devices..., pattern, pattern, more...);
        },
        fill_places(filter));
}

}  // namespace

RunSums sum_runs(Connection& connection, const RunFilter& filter) {
    const std::string sql = std::string(sums) + from_where(filter, false);
    return with_parameters(filter, [&](const auto&... parameters) {
        return connection.select_one<RunSums>(sql, parameters...).value_or(RunSums{});
    });
}

std::vector<ReportedRun> find_runs(Connection& connection, const RunFilter& filter, const RunOrder& order,
                                   const core::PageRequest& request) {
    const std::string sql = select_runs(filter, order, looked_up_location) + " LIMIT ? OFFSET ?";
    return with_parameters(
        filter, [&](const auto&... parameters) { return connection.select<ReportedRun>(sql, parameters...); },
        request.per_page, request.offset());
}

void stream_runs(Connection& connection, const RunFilter& filter, const RunOrder& order,
                 const std::function<bool(const ReportedRun&)>& sink) {
    const std::string sql = select_runs(filter, order, no_location);
    std::optional<Locations> locations;
    if (!joins_devices(filter, order)) locations.emplace(connection);
    const auto place = [&](ReportedRun run) {
        if (locations) run.location = locations->of(run.mac_address);
        return sink(run);
    };
    with_parameters(filter, [&](const auto&... parameters) {
        connection.stream<ReportedRun>(sql, place, parameters...);
    });
}

}  // namespace silaware::storage
