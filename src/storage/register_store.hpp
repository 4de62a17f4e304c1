#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "domain/energy_register.hpp"
#include "storage/known_device_store.hpp"

// Where the registers of meters stand, in `meter_states` and `register_checkpoints`. All functions throw
// DatabaseError.
namespace silaware::storage {

enum class Register { energy, co2 };
/// "energy" or "co2", as the tables and the API have it.
std::string_view name(Register which);

/// Both registers of a meter after its newest reading, and the limits that their readings back to the oldest
/// checkpoint were judged by; nothing before the first, or where an older silaware did not note them.
struct RegisterHeads {
    KnownDeviceId device_id = 0;
    domain::RegisterState energy;
    domain::RegisterState co2;
    std::optional<domain::RegisterLimits> energy_limits = {};
    std::optional<domain::RegisterLimits> co2_limits = {};
};
/// Those meters that have a row of `meter_states`; a state that can't be read starts afresh.
std::vector<RegisterHeads> register_heads(Connection& connection, std::span<const KnownDeviceId> meters);
void save_register_heads(Connection& connection, const std::vector<RegisterHeads>& heads);

/// The newest stored state of readings before `at` or earlier; nothing if none is kept.
std::optional<domain::RegisterCheckpoint> checkpoint_before(Connection& connection, KnownDeviceId meter,
                                                            Register which, core::Instant at);
/// The oldest state that is kept.
std::optional<domain::RegisterCheckpoint> oldest_checkpoint(Connection& connection, KnownDeviceId meter,
                                                            Register which);
/// Adds checkpoints, and forgets those more than two days older than the newest of them, or than `now` where
/// that is of a time to come: what is late is late against readings of today. None is kept of more than a
/// day ahead, where no clock of a meter can be.
void add_checkpoints(Connection& connection, KnownDeviceId meter, Register which,
                     const std::vector<domain::RegisterCheckpoint>& checkpoints, core::Instant now);
/// Forgets all from `from` on, for a refold to put its own in their place.
void drop_checkpoints(Connection& connection, KnownDeviceId meter, Register which, core::Instant from);

/// What the raw rows say of a register from `from` on, by observed time and receipt.
std::vector<domain::RegisterReading> stored_readings(Connection& connection, std::string_view uid,
                                                     Register which, core::Instant from);

struct RatedPower {
    KnownDeviceId device_id;
    double kw;
};
/// The rated power in kW of those meters that are registered with one.
std::vector<RatedPower> rated_powers(Connection& connection, std::span<const KnownDeviceId> meters);

}  // namespace silaware::storage
