#pragma once

#include <stop_token>

#include "app/settings.hpp"
#include "mail/smtp_client.hpp"
#include "portal/monthly_mail.hpp"
#include "portal/portal.hpp"
#include "storage/database.hpp"

// How the portal's mails leave: at once for a test, through the outbox for the rest.
namespace silaware::app {

/// MAIL_SERVER and what belongs to it.
mail::SmtpOptions smtp_options(const Settings& settings);

/// Sends at once, and answers what the mail server said; empty without MAIL_SERVER. A mail server that does
/// not answer is given up some seconds after `stop`.
decltype(portal::Portal::send_test_mail) test_mail_sender(const Settings& settings,
                                                          storage::Database& database, std::stop_token stop);
/// Puts a mail into the outbox that is a secret: its text goes once it is sent.
decltype(portal::Portal::queue_mail) mail_queue();
portal::MonthlyMailOptions monthly_mail_options(const Settings& settings);

}  // namespace silaware::app
