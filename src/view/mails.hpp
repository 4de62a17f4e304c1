#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace silaware::view {

/// A mail as it goes out: one subject line, one body as text and one as HTML.
struct Mail {
    std::string subject;
    std::string text;
    std::string html;
};

/// What every mail carries.
struct MailFrame {
    std::string language = "en";
    std::string link = {};       ///< absolute URL into the portal; empty when PUBLIC_URL is not set
    std::string site_time = {};  ///< wall clock of the site at which it was written, `YYYY-MM-DD HH:MM:SS`
};

/// The device that a mail is about.
struct MailDevice {
    std::string id = {};        ///< may be empty
    std::string name = {};      ///< what people call it; may be empty
    std::string location = {};  ///< may be empty
};

/// A machine passed a multiple of its maintenance interval.
struct MaintenanceMail : MailFrame {
    static constexpr std::string_view name = "maintenance";
    MailDevice device = {};
    double total_hours = 0;
    double interval_hours = 0;
    double passed_hours = 0;  ///< the highest multiple that was passed
};

enum class ClimateQuantity { temperature, humidity };

/// Temperature (°C) or humidity (%) is above its maximum.
struct ClimateMail : MailFrame {
    static constexpr std::string_view name = "climate";
    ClimateQuantity quantity = ClimateQuantity::temperature;
    MailDevice device = {};
    double value = 0;
    double limit = 0;
    std::string observed_at = {};  ///< site wall clock
    bool reminder = false;
    std::string since = {};  ///< site wall clock of the first one; for a reminder
};

/// Any other alert: offline, power over the limit, low power factor, disk, spool, database.
struct AlertMail : MailFrame {
    static constexpr std::string_view name = "alert";
    std::string kind = {};  ///< as in the alerts list: "offline", "power", "power_factor", "spool", …
    MailDevice device = {};
    std::optional<double> value = {};  ///< in the unit of the kind
    std::optional<double> limit = {};
    std::string raised_at = {};
};

/// Several alerts that came at once, in one mail.
struct DigestMail : MailFrame {
    static constexpr std::string_view name = "digest";
    std::vector<AlertMail> alerts = {};
    std::size_t further = 0;  ///< alerts that are only counted
};

/// What the button on the settings page sends.
struct TestMail : MailFrame {
    static constexpr std::string_view name = "test";
    std::string asked_by = {};
};

/// `link` is the one-time address.
struct PasswordResetMail : MailFrame {
    static constexpr std::string_view name = "password_reset";
    std::string username = {};
    int valid_minutes = 0;
};

/// The past month of the whole site; the workbook with every meter is attached to it.
struct MonthlyMail : MailFrame {
    static constexpr std::string_view name = "monthly";
    struct Meter {
        MailDevice device = {};
        double energy_kwh = 0;
        double cost = 0;
        double co2_kg = 0;
        double max_demand_kw = 0;
        bool in_total = true;  ///< false: a sub-meter, whose load another meter measures too
    };
    std::string month = {};  ///< `2026-11`
    std::string currency = {};
    std::vector<Meter> meters = {};
    double energy_kwh = 0;
    double cost = 0;
    double co2_kg = 0;
};

}  // namespace silaware::view
