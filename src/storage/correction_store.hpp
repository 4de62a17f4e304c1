#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/energy_register.hpp"
#include "storage/register_store.hpp"

// What the rules of registers corrected, as it is listed in `corrections`. All functions throw DatabaseError.
namespace silaware::storage {

/// A row for each.
void add_corrections(Connection& connection, KnownDeviceId meter, Register which,
                     const std::vector<domain::Correction>& corrections);
/// Removes one row for each of these.
void withdraw_corrections(Connection& connection, KnownDeviceId meter, Register which,
                          const std::vector<domain::Correction>& corrections);

struct StoredCorrection {
    std::int64_t id;
    domain::Correction correction;
};
/// Those of readings observed in [from, to).
std::vector<StoredCorrection> corrections_between(Connection& connection, KnownDeviceId meter, Register which,
                                                  core::Instant from, core::Instant to);
/// By the ids of their rows.
void delete_corrections(Connection& connection, const std::vector<std::int64_t>& ids);
/// When a register's noise was recorded last before `at`.
std::optional<core::Instant> last_noise_before(Connection& connection, KnownDeviceId meter, Register which,
                                               core::Instant at);

}  // namespace silaware::storage
