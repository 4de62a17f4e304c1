#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "storage/database.hpp"

// Taking over a database that the Python system filled.
//
// Its large tables are copied, a few thousand rows at a time, into tables of the final shape that then take
// their place: an ALTER to wider ids and registers would copy them too, but all at once and under a lock, and
// the rows would have to be touched again for spellings and observed times.
namespace silaware::storage {

struct UpgradeProgress {
    std::string table;
    std::int64_t done_id = 0;  ///< of `last_id`, about the rows done of all
    std::int64_t last_id = 0;
};
/// Told after each chunk; false stops.
using UpgradeWatch = std::function<bool(const UpgradeProgress&)>;

/// True if the database holds tables of an older system that no upgrade has finished with. `begin_upgrade`
/// was called before, or there is no schema of ours yet.
bool needs_upgrade(Connection& connection);
/// What an upgrade of these tables would do, a line each.
std::vector<std::string> describe_upgrade(Connection& connection);

/// Marks the database as being upgraded; from then on nothing else works on it.
void begin_upgrade(Connection& connection);
void end_upgrade(Connection& connection);

/// Brings the older system's tables into the shape that the migrations start from: missing columns, wider
/// types, one spelling of each id, observed times. Every row is kept. False if `watch` stopped it; call it
/// again to go on. To be called before the migrations. `notes` gets a sentence for what a person should know.
bool copy_older_tables(Database& database, const core::SiteZone& zone, const UpgradeWatch& watch,
                       std::vector<std::string>& notes);

/// Lets the maintenance mails that were sent count, so that nothing is mailed again: to be called when the
/// run totals are there.
void take_over_notifications(Connection& connection);

}  // namespace silaware::storage
