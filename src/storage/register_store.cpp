#include "storage/register_store.hpp"

#include "domain/observed_time.hpp"
#include "storage/sql.hpp"

namespace silaware::storage {

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t kept_hours =
    50;  // late readings reach back 24 h from their receipt, on either side of it

constexpr std::string_view save_head = R"(
    INSERT INTO meter_states (device_id, energy_state, co2_state, co2_measured, energy_limit, co2_limit)
    VALUES (?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE energy_state = VALUES(energy_state), co2_state = VALUES(co2_state),
      co2_measured = VALUES(co2_measured), energy_limit = VALUES(energy_limit), co2_limit = VALUES(co2_limit))";

constexpr std::string_view find_checkpoint = R"(
    SELECT hour, state FROM register_checkpoints
     WHERE device_id = ? AND register_name = ? AND hour <= ? ORDER BY hour DESC LIMIT 1)";
constexpr std::string_view find_oldest_checkpoint = R"(
    SELECT hour, state FROM register_checkpoints
     WHERE device_id = ? AND register_name = ? ORDER BY hour LIMIT 1)";
constexpr std::string_view save_checkpoint =
    "REPLACE INTO register_checkpoints (device_id, register_name, hour, state) VALUES (?, ?, ?, ?)";
constexpr std::string_view forget_old =
    "DELETE FROM register_checkpoints WHERE device_id = ? AND register_name = ? AND hour < ?";
constexpr std::string_view forget_new =
    "DELETE FROM register_checkpoints WHERE device_id = ? AND register_name = ? AND hour >= ?";

// Equal observed times: order of receipt, which is that of the ids.
constexpr std::string_view energy_readings = R"(
    SELECT observed_ms, energy FROM power_monitoring
     WHERE uid = ? AND observed_ms >= ? AND energy IS NOT NULL ORDER BY observed_ms, id)";
constexpr std::string_view co2_readings = R"(
    SELECT observed_ms, co2 FROM power_monitoring
     WHERE uid = ? AND observed_ms >= ? AND co2 IS NOT NULL ORDER BY observed_ms, id)";

struct HeadRow {
    KnownDeviceId device_id;
    std::string energy_state;
    std::string co2_state;
    bool co2_measured;
    std::optional<double> energy_limit;
    std::optional<double> co2_limit;
};

struct CheckpointRow {
    KnownDeviceId device_id;
    std::string_view register_name;
    std::int64_t hour;
    std::string state;
};

struct ReadingRow {
    std::int64_t observed_ms;
    double value;
};

std::int64_t hour_of(core::Instant instant) {
    return core::epoch_ms(instant) / hour_ms;
}

domain::RegisterState parsed(const std::string& bytes) {
    return bytes.empty() ? domain::RegisterState{}
                         : domain::parse_register_state(bytes).value_or(domain::RegisterState{});
}

std::optional<domain::RegisterLimits> limits_of(std::optional<double> per_hour) {
    return per_hour ? std::optional(domain::RegisterLimits{*per_hour}) : std::nullopt;
}

std::optional<double> per_hour(const std::optional<domain::RegisterLimits>& limits) {
    return limits ? std::optional(limits->most_per_hour) : std::nullopt;
}

struct CheckpointFound {
    std::int64_t hour;
    std::string state;
};

std::optional<domain::RegisterCheckpoint> to_checkpoint(const std::optional<CheckpointFound>& row) {
    if (!row) return std::nullopt;
    return domain::RegisterCheckpoint{core::from_epoch_ms(row->hour * hour_ms), parsed(row->state)};
}

}  // namespace

std::string_view name(Register which) {
    return which == Register::energy ? "energy" : "co2";
}

std::vector<RegisterHeads> register_heads(Connection& connection, std::span<const KnownDeviceId> meters) {
    if (meters.empty()) return {};
    std::vector<RegisterHeads> heads;
    for (const HeadRow& row :
         connection.select<HeadRow>("SELECT device_id, COALESCE(energy_state, ''), COALESCE(co2_state, ''), "
                                    "co2_measured, energy_limit, co2_limit FROM meter_states"
                                    " WHERE device_id IN " +
                                    in_list(meters))) {
        heads.push_back({row.device_id, parsed(row.energy_state), parsed(row.co2_state),
                         limits_of(row.energy_limit), limits_of(row.co2_limit)});
    }
    return heads;
}

void save_register_heads(Connection& connection, const std::vector<RegisterHeads>& heads) {
    std::vector<HeadRow> rows;
    for (const RegisterHeads& head : heads) {
        rows.push_back({head.device_id, domain::serialize(head.energy), domain::serialize(head.co2),
                        head.co2.ever_positive, per_hour(head.energy_limits), per_hour(head.co2_limits)});
    }
    connection.bulk(save_head, rows);
}

std::optional<domain::RegisterCheckpoint> checkpoint_before(Connection& connection, KnownDeviceId meter,
                                                            Register which, core::Instant at) {
    return to_checkpoint(
        connection.select_one<CheckpointFound>(find_checkpoint, meter, name(which), hour_of(at)));
}

std::optional<domain::RegisterCheckpoint> oldest_checkpoint(Connection& connection, KnownDeviceId meter,
                                                            Register which) {
    return to_checkpoint(connection.select_one<CheckpointFound>(find_oldest_checkpoint, meter, name(which)));
}

void add_checkpoints(Connection& connection, KnownDeviceId meter, Register which,
                     const std::vector<domain::RegisterCheckpoint>& checkpoints, core::Instant now) {
    if (checkpoints.empty()) return;
    const std::int64_t newest = hour_of(std::min(checkpoints.back().before, now));
    std::vector<CheckpointRow> rows;
    for (const domain::RegisterCheckpoint& checkpoint : checkpoints) {
        const std::int64_t hour = hour_of(checkpoint.before);
        const bool too_far = domain::is_to_come(checkpoint.before, now + date::days{1});
        if (hour < newest - kept_hours || too_far) continue;
        rows.push_back({meter, name(which), hour, domain::serialize(checkpoint.state)});
    }
    connection.bulk(save_checkpoint, rows);
    connection.execute(forget_old, meter, name(which), newest - kept_hours);
}

void drop_checkpoints(Connection& connection, KnownDeviceId meter, Register which, core::Instant from) {
    connection.execute(forget_new, meter, name(which), hour_of(from));
}

std::vector<domain::RegisterReading> stored_readings(Connection& connection, std::string_view uid,
                                                     Register which, core::Instant from) {
    std::vector<domain::RegisterReading> readings;
    const std::string_view sql = which == Register::energy ? energy_readings : co2_readings;
    for (const ReadingRow& row : connection.select<ReadingRow>(sql, uid, core::epoch_ms(from))) {
        readings.push_back({core::from_epoch_ms(row.observed_ms), row.value});
    }
    return readings;
}

std::vector<RatedPower> rated_powers(Connection& connection, std::span<const KnownDeviceId> meters) {
    if (meters.empty()) return {};
    return connection.select<RatedPower>(
        "SELECT k.id, d.rated_power_w / 1000 FROM known_devices k JOIN devices d ON d.mac_address = k.uid"
        " WHERE d.rated_power_w > 0 AND k.id IN " +
        in_list(meters) + " AND " + std::string(is_registration));
}

}  // namespace silaware::storage
