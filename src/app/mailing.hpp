#pragma once

#include <stop_token>

#include "app/settings.hpp"
#include "mail/smtp_client.hpp"
#include "portal/monthly_mail.hpp"
#include "portal/portal.hpp"
#include "storage/database.hpp"

// How the portal's mails leave: at once for a test, through the outbox for the rest.
namespace silaware::app {

mail::SmtpOptions smtp_options(const Settings& settings);

/// A mail server that does not answer is given up some seconds after `stop`.
decltype(portal::Portal::send_test_mail) test_mail_sender(const Settings& settings,
                                                          storage::Database& database, std::stop_token stop);
decltype(portal::Portal::queue_mail) mail_queue();
portal::MonthlyMailOptions monthly_mail_options(const Settings& settings);

}  // namespace silaware::app
