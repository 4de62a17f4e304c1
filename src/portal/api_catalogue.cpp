#include "portal/api_catalogue.hpp"

#include <utility>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

std::vector<Endpoint> whole_table() {
    std::vector<Endpoint> table;
    for (const auto part :
         {accounts_endpoints(), devices_endpoints(), power_endpoints(), machines_endpoints(),
          reports_endpoints(), administration_endpoints(), operation_endpoints()})
        table.insert(table.end(), part.begin(), part.end());
    return table;
}

constexpr std::pair<std::string_view, std::string_view> meanings[] = {
    {"search", "Only what holds this text; no wildcards"},
    {"page", "Counts from 1"},
    {"per_page", "1 to 100; more is 100"},
    {"uid", "A device id; a MAC in any spelling. Reports take several, separated by commas"},
    {"mac", "A device id; a MAC in any spelling. Reports take several, separated by commas"},
    {"mac_address", "A device id; a MAC in any spelling"},
    {"month", "Asked for as 1 to 12 with year; answered as YYYY-MM"},
    {"from", "First day, or moment, included"},
    {"to", "Last day, or moment, included"},
    {"tz", "utc (the default) or site: by whose clock days are cut and times shown"},
    {"sort", "The name of a column; with a minus in front descending"},
    {"by", "day, week or month"},
    {"bom", "1 puts a byte order mark in front, for spreadsheets"},
    {"step", "auto, 15m, 1h or 1d"},
    {"state",
     "Alerts: raised, acknowledged, cleared, and to ask for open (not cleared). Mails: waiting, sending, "
     "sent, "
     "failed. Downloads: making, packing, sending, sent, failed, refused, unknown"},
    {"next", "A path of this portal to go to after signing in"},
    {"role", "admin may change everything; user sees all but the administration"},
    {"username", "3 to 64 letters and digits"},
    {"password", "At least 8 characters"},
    {"current", "Of a reading: A. Of an account: the password until now"},
    {"new", "The new password: at least 8 characters"},
    {"scope", "read or full"},
    {"rated_power_w", "W; bounds what energy the meter is believed"},
    {"online", "Reported within three of its usual intervals, at least 60 s"},
    {"utils_min_duration", "Hours of run time between two services"},
    {"max_temperature", "°C"},
    {"max_humidity", "%"},
    {"total_run", "Seconds"},
    {"coverage", "Share of the time that readings cover"},
    {"language", "en or id"},
    {"expires_in", "Seconds"},
    {"csrf_token", "Of the page that shows the form"},
    {"alert_mailreceiver", "Who gets the alerts that are not about maintenance or climate"},
    {"quiet_from", "HH:MM by the site's clock, when alerts that can wait begin to wait; empty: never"},
    {"quiet_to", "HH:MM by the site's clock, when they leave"},
    {"webhook_url", "Gets a JSON POST for each alert that is raised, reminded of or cleared; empty: none"},
    {"webhook_secret", "Signs the calls: X-Silaware-Signature"},
};

}  // namespace

std::span<const Endpoint> endpoints() {
    static const std::vector<Endpoint> table = whole_table();
    return table;
}

std::string_view meaning_of(std::string_view name) {
    for (const auto& [known, meaning] : meanings) {
        if (known == name) return meaning;
    }
    return {};
}

}  // namespace silaware::portal
