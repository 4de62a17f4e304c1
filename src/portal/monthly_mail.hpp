#pragma once

#include <stop_token>
#include <string>

#include "core/time.hpp"
#include "portal/month_figures.hpp"
#include "storage/database.hpp"
#include "view/renderer.hpp"

namespace silaware::portal {

struct MonthlyMailOptions {
    core::SiteZone zone;
    Tariff tariff;
    std::string currency;
    std::string public_url;  ///< without a slash at the end; empty: no link
};

/// Puts the summary of the past month, with the energy report by day as a workbook, into the outbox: once for
/// all processes, from six o'clock of the first day on, or as soon as somebody is set to receive it. A month
/// in which no meter reported anything has none.
class MonthlyMail {
  public:
    MonthlyMail(storage::Database& database, const view::Renderer& renderer, MonthlyMailOptions options)
        : database_(database), renderer_(renderer), options_(std::move(options)) {}

    /// Looks every ten seconds until `stop`. An outage of the database is waited for.
    void run(std::stop_token stop);
    /// True if the mail of the month before `now` went into the outbox. Throws DatabaseError.
    bool send_if_due(core::Instant now);

  private:
    storage::Database& database_;
    const view::Renderer& renderer_;
    MonthlyMailOptions options_;
};

}  // namespace silaware::portal
