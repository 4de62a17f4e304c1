#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/time.hpp"
#include "storage/database.hpp"

// Jobs that run once for all processes, in `housekeeping`. All functions throw DatabaseError.
namespace silaware::storage {

/// What the database's clock says.
core::Instant database_clock(Connection& connection);
/// When a job ran last for anybody; none if it never did.
std::optional<core::Instant> last_run(Connection& connection, std::string_view job);

/// Claims a job that must run once for all processes: true if it is due (its last run is `interval` ago or
/// more), and then it counts as run `now`.
bool claim_job(Connection& connection, std::string_view job, std::chrono::milliseconds interval,
               core::Instant now);

/// Notes that a job has run `now`, due or not.
void note_job(Connection& connection, std::string_view job, core::Instant now);

}  // namespace silaware::storage
