#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "alerts/alert_ingest.hpp"
#include "alerts/notifier.hpp"
#include "storage/alert_queries.hpp"
#include "support/fresh_database.hpp"

namespace silaware::tests {

/// A database with receivers and limits set, and mails worded for a test to read.
class AlertsTest : public testing::Test {
  protected:
    AlertsTest() {
        database->acquire()->run_script(
            "UPDATE settings SET utils_min_duration = 10, max_temperature = 30, max_humidity = 70, "
            "utils_mailreceiver = 'tech@x', temphumid_mailreceiver = 'a@x, b@x', cc_mailreceiver = 'cc@x', "
            "mail_sender = 'silaware@x' WHERE id = 1; "
            "INSERT INTO devices (mac_address, mac_key, location) VALUES ('R1', 'r1', 'Ruang Arsip')");
    }

    static alerts::Options options() {
        alerts::Options options{core::SiteZone::find("Asia/Jakarta").value(), {}};
        options.public_url = "https://portal.x";
        options.texts.maintenance = [](const view::MaintenanceMail& mail) {
            return view::Mail{"maintenance " + mail.device.id,
                              fmt::format("{} of {} in {}: {}", mail.total_hours, mail.passed_hours,
                                          mail.device.location, mail.link),
                              "html"};
        };
        options.texts.climate = [](const view::ClimateMail& mail) {
            return view::Mail{
                fmt::format("{} {} {}", mail.reminder ? "reminder" : "climate",
                            mail.quantity == view::ClimateQuantity::temperature ? "T" : "H", mail.device.id),
                fmt::format("{} above {} in {}: {} ({})", mail.value, mail.limit, mail.device.location,
                            mail.link, mail.language),
                "html"};
        };
        options.texts.alert = [](const view::AlertMail& mail) {
            return view::Mail{mail.kind + " " + mail.device.id, "text", "html"};
        };
        options.texts.digest = [](const view::DigestMail& mail) {
            const std::string further = mail.further > 0 ? fmt::format(" + {}", mail.further) : "";
            return view::Mail{fmt::format("digest {}{}", mail.alerts.size(), further), "", "html"};
        };
        options.texts.sentence = [](std::string_view kind, auto, auto) { return std::string(kind); };
        return options;
    }

    std::vector<std::string> subjects() {
        return database->select<std::string>("SELECT subject FROM outbox WHERE kind = 'mail' ORDER BY id");
    }
    std::vector<storage::ShownAlert> shown() {
        return storage::find_alerts(*database->acquire(), {}, {1, 100}).items;
    }
    void set(const std::string& sql) { database->acquire()->run_script(sql); }

    FreshDatabase database;
    core::Instant now = core::from_epoch_ms(1'800'000'000'000);  // 2027-01-15 15:00 in Jakarta
};

}  // namespace silaware::tests
