#pragma once

#include <string>
#include <string_view>

namespace silaware::view {

/// Where devices send to, as the pages show it to whoever points the first one here.
struct Broker {
    std::string host = {};     ///< empty: this machine, by the name that the browser has for it
    std::string options = {};  ///< of mosquitto_pub, without any secret
    std::string power_topic = "silaware/power";
    std::string utils_topic = "silaware/utils";
    std::string climate_topic = "silaware/temphumid";
};

/// What every page carries around its own content.
struct Chrome {
    std::string username = {};  ///< empty while nobody is signed in
    std::string role = {};      ///< "admin" sees the administration in the menu
    std::string csrf_token = {};
    std::string language = "en";
    std::string path = {};                  ///< of this request, for `next` behind the language switch
    std::string version = {};               ///< of silaware, in the footer
    std::string timezone = "Asia/Jakarta";  ///< IANA; the browser shows every instant in it
    std::string site_time = {};             ///< that zone as people know it: "Asia/Jakarta (WIB, UTC+7)"
    std::string currency = "IDR";           ///< ISO 4217
    Broker broker = {};
    bool mail = false;  ///< a mail server is set: passwords can be reset by mail
};

// Pages that load all they show from the JSON endpoints: their name is that of their template, their script
// (static/js/<name>.js) and their title in the catalogue (title.<name>).
struct SummaryPage : Chrome {
    static constexpr std::string_view name = "summary";
};
struct UtilitiesPage : Chrome {
    static constexpr std::string_view name = "utilities";
};
struct ClimatePage : Chrome {
    static constexpr std::string_view name = "climate";
};
struct DevicesPage : Chrome {
    static constexpr std::string_view name = "devices";
};
struct AccountsPage : Chrome {
    static constexpr std::string_view name = "accounts";
};
struct ReportPage : Chrome {
    static constexpr std::string_view name = "report";
};
struct EnergyReportPage : Chrome {
    static constexpr std::string_view name = "energy_report";
};
struct SettingsPage : Chrome {
    static constexpr std::string_view name = "settings";
};
struct AlertsPage : Chrome {
    static constexpr std::string_view name = "alerts";
};
struct QuarantinePage : Chrome {
    static constexpr std::string_view name = "quarantine";
};
struct AuditPage : Chrome {
    static constexpr std::string_view name = "audit";
};
struct ApiPage : Chrome {
    static constexpr std::string_view name = "api";
};

/// One meter: live values, load curve, history, cycles, corrections.
struct MeterPage : Chrome {
    static constexpr std::string_view name = "power_monitoring";
    std::string uid = {};
    std::string device_name = {};  ///< may be empty
    std::string location = {};     ///< empty for an unregistered meter
};

struct ProfilePage : Chrome {
    static constexpr std::string_view name = "profile";
    std::string email = {};
    std::string last_login_at = {};    ///< ISO 8601; empty when this is the first sign-in
    std::string last_login_from = {};  ///< address
};

enum class LoginFailure {
    none,
    wrong,      ///< name or password
    too_many,   ///< wrong logins, see Retry-After
    busy,       ///< too many sign in at once: try again in a moment
    expired,    ///< CSRF token or session too old: try again
    ended,      ///< no failure: the session is over
    no_cookie,  ///< signed in, but the browser did not return the session cookie
};

struct LoginPage : Chrome {
    static constexpr std::string_view name = "login";
    LoginFailure failure = LoginFailure::none;
    std::string entered_name = {};
    std::string next = {};        ///< where to go after signing in
    bool cookie_at_risk = false;  ///< plain HTTP from another host: a Secure cookie never comes back
    bool password_reset = false;  ///< just set a new password by mail
};

struct ForgotPasswordPage : Chrome {
    static constexpr std::string_view name = "forgot_password";
    bool sent = false;  ///< the answer is the same whether or not the address is known
};

struct ResetPasswordPage : Chrome {
    static constexpr std::string_view name = "reset_password";
    std::string token = {};
    bool link_is_stale = false;  ///< used, expired or wrong: no form, but the way to a new one
    std::string problem = {};    ///< a sentence about the password that was entered
};

/// 400 403 404 405 413 429 500 503; another status is shown as 500.
struct ErrorPage : Chrome {
    static constexpr std::string_view name = "error";
    int status = 500;
    std::string message = {};  ///< the sentence of the error; may be empty
};

}  // namespace silaware::view
