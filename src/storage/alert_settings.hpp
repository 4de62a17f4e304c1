#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/device_id.hpp"
#include "core/error.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"
#include "storage/settings_store.hpp"

namespace silaware::storage {

/// What alerts need beyond the specified settings: the row of `alert_settings`.
struct AlertSettings {
    std::string alert_mailreceiver = {};  ///< of all alerts but maintenance and climate; comma-separated
    std::string language = "en";          ///< of mails to addresses that are no account's
    int quiet_from_minute = 0;            ///< since the site's midnight
    int quiet_to_minute = 0;              ///< equal to the other: no quiet hours
    std::string webhook_url = {};         ///< http or https; empty: none
    std::string webhook_secret = {};
};

/// `22:30` of minutes since midnight.
std::string clock_of(int minute);

/// Limits of one device that beat those of the settings.
struct DeviceLimits {
    std::string uid = {};
    std::optional<float> max_temperature = {};  ///< °C
    std::optional<float> max_humidity = {};     ///< %
};

struct RatedDevice {
    std::string uid;
    double rated_power_w;
};

/// Everything that decides on alerts and their mails, read at one moment.
struct AlertRules {
    SiteSettings site;
    AlertSettings alerts;
    std::map<std::string, DeviceLimits> limits;   ///< by DeviceId::key
    std::map<std::string, double> rated_power_w;  ///< by DeviceId::key
};

/// The limits that count for a device: its own, else those of the settings.
DeviceLimits climate_limits(const AlertRules& rules, const std::string& uid);

/// Throws DatabaseError.
AlertRules read_alert_rules(Connection& connection);
AlertSettings read_alert_settings(Connection& connection);
/// Lets `edit` change the settings of this moment and stores what it made of them; what it refuses leaves
/// them as they are. Others who save wait meanwhile; `edit` may run several times. Throws DatabaseError.
core::Result<AlertSettings> change_alert_settings(
    Database& database, const std::function<core::Result<void>(AlertSettings&)>& edit, const Change& change);

/// Both empty if the device has none of its own. Error `not_found` for a device that neither reported nor is
/// registered. Throws DatabaseError.
core::Result<DeviceLimits> read_device_limits(Connection& connection, const std::string& uid);
/// As change_alert_settings, for the limits of one device. Both empty: the settings count again. Errors as of
/// read_device_limits and of `edit`.
core::Result<DeviceLimits> change_device_limits(Database& database, const std::string& uid,
                                                const std::function<core::Result<void>(DeviceLimits&)>& edit,
                                                const Change& change);
/// The language of the account with this address; empty if it is nobody's or has chosen none.
std::string language_of(Connection& connection, const std::string& address);

}  // namespace silaware::storage
