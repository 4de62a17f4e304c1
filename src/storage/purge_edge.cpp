#include "storage/purge_edge.hpp"

#include <algorithm>

#include "storage/power_rollup_store.hpp"
#include "storage/power_store.hpp"
#include "storage/register_store.hpp"

namespace silaware::storage {

namespace {

constexpr auto at_once = std::chrono::hours{6};          // of readings, while the meter is locked
constexpr auto observed_apart = std::chrono::hours{25};  // of receipt, at most, where a clock changes, too

constexpr std::string_view find_edge = R"(
    SELECT device_id, before_ms, energy_state, co2_state, energy_known, co2_known
      FROM purge_edges WHERE device_id = ?)";
constexpr std::string_view write_edge = R"(
    REPLACE INTO purge_edges (device_id, before_ms, energy_state, co2_state, energy_known, co2_known)
    VALUES (?, ?, ?, ?, ?, ?))";
constexpr std::string_view find_meters = "SELECT id, uid FROM known_devices ORDER BY id";
constexpr std::string_view find_newest_old = R"(
    SELECT observed_ms FROM power_monitoring
     WHERE uid = ? AND observed_ms <= ? AND timestamp < FROM_UNIXTIME(? / 1000)
     ORDER BY observed_ms DESC LIMIT 1)";
constexpr std::string_view find_registers = R"(
    SELECT observed_ms, energy, co2 FROM power_monitoring
     WHERE uid = ? AND observed_ms >= ? AND observed_ms < ? ORDER BY observed_ms, id)";

struct EdgeRow {
    KnownDeviceId device_id;
    std::int64_t before_ms;
    std::string energy_state;
    std::string co2_state;
    bool energy_known;
    bool co2_known;
};

struct RegistersRow {
    std::int64_t observed_ms;
    std::optional<double> energy;
    std::optional<double> co2;
};

/// A state that can't be read is not known.
RegisterEdge parsed(const std::string& bytes, bool known) {
    auto state = domain::parse_register_state(bytes);
    if (!state) return {{}, false};
    return {std::move(*state), known};
}

void fold_into(RegisterEdge& edge, std::span<const domain::RegisterReading> readings,
               const domain::RegisterLimits& limits) {
    domain::RegisterFold fold = domain::fold(std::move(edge.state), readings, limits);
    edge.state = std::move(fold.state);
    edge.known =
        edge.known || domain::is_settled(edge.state) ||
        std::ranges::any_of(fold.checkpoints, domain::is_settled, &domain::RegisterCheckpoint::state);
}

/// Before the oldest row there is nothing, unless quarter hours tell of rows that were purged.
PurgeEdge first_edge(Connection& connection, KnownDeviceId meter, core::Instant oldest) {
    const auto quarter = oldest_quarter_hour(connection, meter);
    const bool known = !quarter || *quarter >= bucket_of(oldest);
    return {meter, domain::quarter_start(oldest), {{}, known}, {{}, known}};
}

struct MeterLimits {
    domain::RegisterLimits energy;
    domain::RegisterLimits co2;
};

/// Those that the readings were counted by.
MeterLimits limits_of(Connection& connection, KnownDeviceId meter) {
    const std::vector<KnownDeviceId> ids{meter};
    const auto heads = register_heads(connection, ids);
    const auto powers = rated_powers(connection, ids);
    const auto rated = powers.empty() ? std::nullopt : std::optional(powers.front().kw);
    const RegisterHeads head = heads.empty() ? RegisterHeads{} : heads.front();
    return {head.energy_limits.value_or(domain::energy_limits(rated)),
            head.co2_limits.value_or(domain::co2_limits(rated, 0))};
}

void fold_rows(Connection& connection, const EdgeMeter& meter, PurgeEdge& edge, core::Instant end) {
    std::vector<domain::RegisterReading> energy;
    std::vector<domain::RegisterReading> co2;
    for (const RegistersRow& row : connection.select<RegistersRow>(
             find_registers, meter.uid, core::epoch_ms(edge.before), core::epoch_ms(end))) {
        const core::Instant at = core::from_epoch_ms(row.observed_ms);
        if (row.energy) energy.push_back({at, *row.energy});
        if (row.co2) co2.push_back({at, *row.co2});
    }
    const MeterLimits limits = limits_of(connection, meter.id);
    fold_into(edge.energy, energy, limits.energy);
    fold_into(edge.co2, co2, limits.co2);
    edge.before = end;
}

}  // namespace

std::optional<PurgeEdge> purge_edge(Connection& connection, KnownDeviceId meter) {
    const auto row = connection.select_one<EdgeRow>(find_edge, meter);
    if (!row) return std::nullopt;
    return PurgeEdge{row->device_id, core::from_epoch_ms(row->before_ms),
                     parsed(row->energy_state, row->energy_known), parsed(row->co2_state, row->co2_known)};
}

void save_purge_edge(Connection& connection, const PurgeEdge& edge) {
    connection.execute(write_edge, edge.device_id, core::epoch_ms(edge.before),
                       domain::serialize(edge.energy.state), domain::serialize(edge.co2.state),
                       edge.energy.known, edge.co2.known);
}

std::vector<EdgeMeter> edge_meters(Connection& connection) {
    return connection.select<EdgeMeter>(find_meters);
}

std::optional<core::Instant> edge_behind(Connection& connection, std::string_view uid, core::Instant cutoff) {
    const auto newest = connection.select_one<std::int64_t>(
        find_newest_old, uid, core::epoch_ms(cutoff + observed_apart), core::epoch_ms(cutoff));
    if (!newest) return std::nullopt;
    return bucket_start(bucket_of(core::from_epoch_ms(*newest)) + 1);
}

bool advance_edge(Connection& connection, const EdgeMeter& meter, core::Instant target) {
    const std::vector<KnownDeviceId> ids{meter.id};
    // Locked before anything is read: what is read shows the tables as of then.
    if (KnownDeviceStore::lock(connection, ids).empty()) return false;
    auto edge = purge_edge(connection, meter.id);
    if (edge && edge->before >= target) return false;
    const std::int64_t after_ms = edge ? core::epoch_ms(edge->before) - 1 : -1;
    const auto oldest = oldest_reading_after(connection, meter.uid, after_ms);
    if (!oldest) return false;
    const core::Instant begin = core::from_epoch_ms(*oldest);
    if (!edge) edge = first_edge(connection, meter.id, begin);
    fold_rows(connection, meter, *edge, std::min(target, domain::quarter_start(begin) + at_once));
    save_purge_edge(connection, *edge);
    return true;
}

}  // namespace silaware::storage
