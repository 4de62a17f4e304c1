#include "portal/monthly_mail.hpp"

#include <unistd.h>

#include <stdexcept>

#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "domain/interval_split.hpp"
#include "mail/message.hpp"
#include "portal/energy_table.hpp"
#include "portal/figures.hpp"
#include "storage/alert_settings.hpp"
#include "storage/monthly_mail_store.hpp"
#include "storage/outbox.hpp"

namespace silaware::portal {

namespace {

constexpr std::chrono::seconds look_every{10};
constexpr std::chrono::hours after_midnight{6};  ///< what a meter kept during the night is in by then

/// The month that is to be told at `now`: over for six hours at least.
date::year_month month_to_tell(const core::SiteZone& zone, core::Instant now) {
    return domain::month_of(zone.day_of(now - after_midnight)) - date::months{1};
}

EnergyTable month_table(storage::Connection& connection, const MonthlyMailOptions& options,
                        EnergyReport report, core::Instant now) {
    EnergyTable table;
    table.report = report;
    fill_energy_table(table, connection, [](const auto&) { return true; }, options.tariff, options.zone, now);
    return table;
}

view::MonthlyMail mail_of(const EnergyTable& days, const MonthlyMailOptions& options,
                          const std::string& month, core::Instant now) {
    view::MonthlyMail mail;
    mail.month = month;
    mail.currency = options.currency;
    mail.energy_kwh = days.totals.energy_kwh;
    mail.cost = days.totals.cost;
    mail.co2_kg = days.totals.co2_kg;
    if (!options.public_url.empty()) {
        mail.link = fmt::format("{}/login/report/energy?by=day&from={}&to={}", options.public_url,
                                core::format_day(days.report.first), core::format_day(days.report.last));
    }
    mail.site_time = core::format_local(options.zone.to_local(now));
    for (const auto& meter : days.rows.meters) {
        std::vector<EnergyPeriod> own;
        std::copy_if(days.periods.begin(), days.periods.end(), std::back_inserter(own),
                     [&](const EnergyPeriod& period) { return period.meter == &meter; });
        if (own.empty()) continue;
        const EnergyPeriod sum = add_up(own);
        mail.meters.push_back({{meter.uid, meter.name, meter.location},
                               sum.energy_kwh,
                               sum.cost,
                               sum.co2_kg,
                               sum.max_demand_kw.value_or(0),
                               own.front().in_total});
    }
    return mail;
}

std::string bytes_of(const sheet::TemporaryFile& file) {
    std::string bytes(file.size(), '\0');
    const auto count = ::pread(*file.descriptor(), bytes.data(), bytes.size(), 0);
    if (count != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the workbook of a month could not be read back");
    return bytes;
}

std::string workbook_of(const EnergyTable& days, const MonthlyMailOptions& options, const std::string& month,
                        core::Instant now) {
    sheet::Workbook workbook(energy_sheet());
    const auto add = [&](std::span<const sheet::Cell> row) {
        workbook.add(row);
        return true;
    };
    for (const EnergyPeriod& period : days.periods)
        give_row(period, days.report.length, options.zone, add);
    workbook.add_totals(totals_row(days.totals, options.zone));
    workbook.add_facts("About",
                       {{"Month", month},
                        {"Times in", options.zone.name()},
                        {"Rate", fmt::format("{} {} per kWh", options.tariff.rate, options.currency)},
                        {"Made at", options.zone.iso8601(now)},
                        {"Made by", "silaware"}});
    return bytes_of(workbook.finish());
}

/// Receivers by the language of their accounts.
std::map<std::string, std::vector<std::string>> by_language(storage::Connection& connection,
                                                            const std::string& receivers) {
    const std::string otherwise = storage::read_alert_settings(connection).language;
    std::map<std::string, std::vector<std::string>> groups;
    for (const std::string& address : mail::split_addresses(receivers)) {
        const std::string language = storage::language_of(connection, address);
        groups[language.empty() ? otherwise : language].push_back(address);
    }
    return groups;
}

}  // namespace

void MonthlyMail::run(std::stop_token stop) {
    bool complained = false;
    while (!stop.stop_requested()) {
        try {
            send_if_due(core::clock_now());
            complained = false;
        } catch (const std::exception& error) {
            if (!std::exchange(complained, true))
                spdlog::warn("monthly mail: {}; it will be tried again", error.what());
        }
        core::pause(stop, look_every);
    }
}

bool MonthlyMail::send_if_due(core::Instant now) {
    const date::year_month told = month_to_tell(options_.zone, now);
    const std::string month = format_month(told);
    return database_.transaction([&](storage::Connection& connection) {
        const std::string receivers = storage::monthly_receivers(connection);
        if (core::trim(receivers).empty() || storage::is_month_told(connection, month)) return false;
        const core::LocalDay first = domain::first_day(told);
        const EnergyReport report{first, first + date::days{domain::days_in(told) - 1}, PeriodLength::day};
        const EnergyTable days = month_table(connection, options_, report, now);
        if (days.periods.empty() || !storage::claim_month(connection, month, now)) return false;

        storage::OutgoingMail mail;
        mail.attachment_name = fmt::format("silaware-energy-by-day-{}.xlsx", month);
        mail.attachment = workbook_of(days, options_, month, now);
        view::MonthlyMail content = mail_of(days, options_, month, now);
        for (const auto& [language, addresses] : by_language(connection, receivers)) {
            content.language = language;
            view::Mail text = renderer_.render(content);
            mail.receivers = mail::join_addresses(addresses);
            mail.subject = std::move(text.subject);
            mail.text = std::move(text.text);
            mail.html = std::move(text.html);
            storage::enqueue(connection, mail, now);
        }
        return true;
    });
}

}  // namespace silaware::portal
