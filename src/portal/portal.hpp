#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/password.hpp"
#include "auth/rate_limit.hpp"
#include "core/time.hpp"
#include "http/event_stream.hpp"
#include "http/static_files.hpp"
#include "portal/request_meter.hpp"
#include "storage/database.hpp"
#include "view/renderer.hpp"

namespace silaware::portal {

/// What the handlers need of the configuration.
struct PortalSettings {
    std::string version = {};
    std::string public_url = {};  ///< without a slash at the end; empty if not set

    std::string currency = "IDR";
    double energy_rate = 1444.70;    ///< per kWh
    double co2_factor = 0.87;        ///< kg per kWh, where a meter sends no CO2
    view::Broker broker = {};        ///< as the pages name it
    bool mail_is_set = false;        ///< a mail server is configured
    std::string metrics_token = {};  ///< empty: only an admin reads /metrics

    std::string secret_key = {};  ///< signs CSRF tokens
    std::string jwt_secret = {};
    bool session_cookie_secure = true;
    auth::PasswordStorage password_storage = auth::PasswordStorage::pbkdf2;
    auth::RateLimit login_limit = {};
    core::Seconds session_idle{12 * 3600};          ///< ends a session that is not used
    core::Seconds session_lifetime{7 * 24 * 3600};  ///< ends a session whatever it does
    core::Seconds jwt_lifetime{3600};
    core::Seconds reset_lifetime{3600};  ///< of a link to set a new password
};

/// What happened to the test mail: the mail server's own words.
struct MailOutcome {
    bool accepted = false;
    std::string answer;
};

/// Everything the portal works with; made once by the program, used by all handlers at once.
struct Portal {
    PortalSettings settings;
    core::SiteZone zone;
    storage::Database& database;
    storage::Database& report_database;  ///< for downloads, whose queries may take long
    storage::Database& health_database;  ///< for /health and /metrics, which must answer soon
    const view::Renderer& renderer;
    const http::StaticFiles& static_files;
    std::shared_ptr<http::EventHub> live;  ///< what /login/live sends
    std::function<core::Instant()> now;

    /// Sends `mail` at once to `receiver` (settings page); error `unavailable` without a mail server.
    std::function<core::Result<MailOutcome>(const std::string& receiver, const view::Mail& mail)>
        send_test_mail;
    /// Puts `mail` into the outbox within the caller's transaction.
    std::function<void(storage::Connection&, const std::string& receiver, const view::Mail& mail)> queue_mail;

    /// What /metrics says of the requests of this process.
    std::shared_ptr<RequestMeter> requests = std::make_shared<RequestMeter>();
};

}  // namespace silaware::portal
