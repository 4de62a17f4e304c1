#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "ingest/options.hpp"
#include "mqtt/endpoint.hpp"
#include "portal/portal.hpp"
#include "storage/database.hpp"

// From the settings, which were checked when they were read, to what each room wants to know.
namespace silaware::app {

/// SILAWARE_HOME, made if missing, as an absolute path.
std::filesystem::path home_folder(const Settings& settings);
storage::DatabaseOptions database_options(const Settings& settings);
/// SITE_TIMEZONE.
core::SiteZone site_zone(const Settings& settings);
/// Of utilities, power and climate, in this order.
std::vector<std::string> subscribed_topics(const Settings& settings);
/// The broker of the settings, as `client_id` connects to it.
mqtt::Endpoint broker_endpoint(const Settings& settings, const std::string& client_id);
ingest::Options ingest_options(const Settings& settings);
portal::PortalSettings portal_settings(const Settings& settings);

/// SECRET_KEY, or the random one kept in the home folder.
std::string secret_key(const Settings& settings);

/// Every setting as environment variables, for child processes.
std::map<std::string, std::string> environment_of(const Settings& settings);

/// The folder that holds templates/ and static/, found from where the binary is. Error `internal` names the
/// folders looked at.
core::Result<std::filesystem::path> resource_folder();
/// This very program.
std::filesystem::path own_binary();

/// The version, "0.1.0".
std::string version();

/// Waits until the database answers and has the right schema: nothing on `stop`. Error `conflict` for a
/// schema that this program can't work on.
core::Result<void> wait_for_database(storage::Database& database, std::stop_token stop);

}  // namespace silaware::app
