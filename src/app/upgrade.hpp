#pragma once

#include <stop_token>

#include "app/settings.hpp"

namespace silaware::app {

/// Creates or upgrades the database, also one that the Python system filled, and says what it does; an exit
/// code. When it is stopped, or killed, the next call goes on from there. Throws DatabaseError.
int migrate_database(const Settings& settings, std::stop_token stop);

/// Says what migrate_database would do; an exit code.
int describe_migration(const Settings& settings);

}  // namespace silaware::app
