#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "storage/database.hpp"

// What the periodic checks of alerts read. All throw DatabaseError.
namespace silaware::storage {

/// Since when ingest has been listening without a break, as far as the checks have seen.
struct Listening {
    std::int64_t since_ms = 0;
    std::int64_t checked_ms = 0;
};
/// Zeros before the first check.
Listening read_listening(Connection& connection);
void write_listening(Connection& connection, const Listening& listening);
/// True if every ingest process that is alive is connected to its broker and has no backlog, and there is
/// one.
bool is_ingest_listening(Connection& connection, core::Instant now);

/// A meter or sensor that was heard of since `since`; by the time of receipt, whatever its clock says.
struct HeardDevice {
    std::string uid;
    std::int64_t last_heard_ms;
    std::optional<std::int64_t> usual_interval_ms;
    std::optional<std::int64_t> last_climate_ms;
};
/// By the order in which they were first heard of.
std::vector<HeardDevice> heard_devices(Connection& connection, core::Instant since);

/// Sensors that sent the very same temperature and humidity at least `least` times since `since`, and nothing
/// else, over at least 23 hours of it.
std::vector<std::string> stuck_sensors(Connection& connection, core::Instant since, std::int64_t least);

/// kWh and kVAh of a meter in the quarter hours from `bucket` on that have a power factor.
struct MonthlyPower {
    std::string uid;
    double kwh;
    double kvah;
};
/// Of the meters that have any.
std::vector<MonthlyPower> power_since_bucket(Connection& connection, std::int64_t bucket);

/// How full the spool of an ingest process is.
struct SpoolFill {
    std::string spool_id;
    std::int64_t bytes;
};
/// Of the processes that are alive at `now`.
std::vector<SpoolFill> spool_fills(Connection& connection, core::Instant now);

/// True if an outage of the database that ended after `since` is recorded already.
bool is_outage_recorded(Connection& connection, core::Instant since);

}  // namespace silaware::storage
