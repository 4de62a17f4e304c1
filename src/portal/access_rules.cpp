#include <array>

#include "portal/access.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Needs;
using enum Kind;
using enum http::Effort;

// Reading is `account`, changing anything but one's own things is `admin`. What hashes a password is `heavy`.
constexpr std::array table{
    // The way in and out.
    Rule{get, "/", account, page},
    Rule{get, "/login", anybody, page},
    Rule{post, "/login", anybody, plain_form, heavy},
    Rule{get, "/get_jwt", account, json},
    Rule{get, "/logout", anybody, plain_form},
    Rule{post, "/logout", anybody, page},
    Rule{get, "/login/forgot", anybody, page},
    Rule{post, "/login/forgot", anybody, plain_form},
    Rule{get, "/login/reset", anybody, page},
    Rule{post, "/login/reset", anybody, plain_form, heavy},

    // One's own account.
    Rule{get, "/login/profile", account, page},
    Rule{put, "/login/profile/password", account, json, heavy},
    Rule{put, "/login/profile/language", account, json},
    Rule{get, "/login/profile/tokens/json", account, json},
    Rule{post, "/login/profile/tokens", account, json},
    Rule{del, "/login/profile/tokens/{id}", account, json},

    // Administration.
    Rule{get, "/login/accounts", admin, page},
    Rule{get, "/login/accounts/json", admin, json},
    Rule{post, "/login/accounts", admin, json, heavy},
    Rule{put, "/login/accounts/{id}", admin, json, heavy},
    Rule{del, "/login/accounts/{id}", admin, json},
    Rule{get, "/login/settings", admin, page},
    Rule{get, "/login/settings/json", admin, json},
    Rule{put, "/login/settings/json", admin, json},
    Rule{get, "/login/settings/alerts/json", admin, json},
    Rule{put, "/login/settings/alerts/json", admin, json},
    Rule{post, "/login/settings/test_mail", admin, json},
    Rule{get, "/login/audit", admin, page},
    Rule{get, "/login/audit/json", admin, json},
    Rule{get, "/login/quarantine", admin, page},
    Rule{get, "/login/quarantine/json", admin, json},
    Rule{get, "/login/outbox/json", admin, json},
    Rule{post, "/login/outbox/{id}/resend", admin, json},

    // Devices.
    Rule{get, "/login/devices", account, page},
    Rule{get, "/login/devices/json", account, json},
    Rule{get, "/login/devices/csv", account, json},
    Rule{post, "/login/devices/csv", admin, json},
    Rule{post, "/login/devices", admin, json},
    Rule{put, "/login/devices/{id}", admin, json},
    Rule{del, "/login/devices/{id}", admin, json},

    // Dashboards.
    Rule{get, "/login/summary", account, page},
    Rule{get, "/login/summary/all_summary", account, json},
    Rule{get, "/login/summary/load", account, json},
    Rule{get, "/power_monitoring", account, page},
    Rule{get, "/power_monitoring/data", account, json},
    Rule{get, "/power_monitoring/history", account, json},
    Rule{get, "/power_monitoring/weekly_duration", account, json},
    Rule{get, "/power_monitoring/forecast_energy", account, json},
    Rule{get, "/power_monitoring/corrections", account, json},
    Rule{get, "/power_monitoring/series", account, json},
    Rule{get, "/power_monitoring/cycles", account, json},
    Rule{get, "/login/utilities", account, page},
    Rule{get, "/login/utilities/json", account, json},
    Rule{post, "/login/utilities/serviced", admin, json},
    Rule{get, "/login/climate", account, page},
    Rule{get, "/login/climate/json", account, json},
    Rule{get, "/login/climate/series", account, json},
    Rule{get, "/login/climate/excel", account, json},
    Rule{get, "/login/climate/csv", account, json},
    Rule{get, "/login/climate/limits", account, json},
    Rule{put, "/login/climate/limits", admin, json},
    Rule{get, "/login/live", account, json},

    // Reports and alerts.
    Rule{get, "/login/report", account, page},
    Rule{get, "/login/report/json", account, json},
    Rule{get, "/login/report/excel", account, json},
    Rule{get, "/login/report/csv", account, json},
    Rule{get, "/login/report/progress", account, json},
    Rule{get, "/login/report/energy", account, page},
    Rule{get, "/login/report/energy/json", account, json},
    Rule{get, "/login/report/energy/excel", account, json},
    Rule{get, "/login/report/energy/csv", account, json},
    Rule{get, "/login/alerts", account, page},
    Rule{get, "/login/alerts/json", account, json},
    Rule{post, "/login/alerts/{id}/ack", admin, json},

    // For programs.
    Rule{get, "/login/api", account, page},
    Rule{get, "/login/api/json", account, json},
    Rule{get, "/health", nobody, json, quick},
    Rule{get, "/metrics", metrics, json, quick},
    Rule{get, "/static/{path*}", nobody, json, quick},
};

}  // namespace

std::span<const Rule> rules() {
    return table;
}

const Rule* find_rule(http::Method method, std::string_view pattern) {
    for (const Rule& rule : table) {
        if (rule.method == method && rule.pattern == pattern) return &rule;
    }
    return nullptr;
}

}  // namespace silaware::portal
