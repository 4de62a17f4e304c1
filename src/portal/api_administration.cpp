#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view alerts = "Alerts";
constexpr std::string_view administration = "Administration";

constexpr std::string_view settings_fields =
    "id:integer utils_min_duration:number? utils_mailreceiver max_temperature:number? max_humidity:number? "
    "temphumid_mailreceiver cc_mailreceiver mail_sender monthly_mailreceiver";
constexpr std::string_view settings_body =
    "utils_min_duration:number utils_mailreceiver max_temperature:number max_humidity:number "
    "temphumid_mailreceiver cc_mailreceiver mail_sender monthly_mailreceiver";
constexpr std::string_view alert_settings_fields =
    "alert_mailreceiver language quiet_from quiet_to webhook_url webhook_signed:boolean";
constexpr std::string_view alert_settings_body =
    "alert_mailreceiver language quiet_from quiet_to webhook_url webhook_secret";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/alerts",
        .tag = alerts,
        .summary = "The alerts' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/alerts/json",
        .tag = alerts,
        .summary = "Alerts, newest first",
        .query = "state kind device search page:integer per_page:integer",
        .answer = paged,
        .fields = "id:integer kind device location name message state value:number? limit:number? "
                  "raised_at:date-time notified_at:date-time? acknowledged_at:date-time? acknowledged_by? "
                  "note? cleared_at:date-time?",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/alerts/{id}/ack",
        .tag = alerts,
        .summary = "Acknowledge an alert",
        .body = "note",
        .fields = "id:integer acknowledged_at:date-time acknowledged_by note",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/settings",
        .tag = administration,
        .summary = "The settings' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/settings/json",
        .tag = administration,
        .summary = "Limits and mail addresses",
        .fields = settings_fields,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/settings/json",
        .tag = administration,
        .summary = "Change them",
        .body = settings_body,
        .fields = settings_fields,
        .description = "What is not sent stays. Receivers are comma-separated lists.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/settings/alerts/json",
        .tag = administration,
        .summary = "How alerts are told: receivers, language, quiet hours, webhook",
        .fields = alert_settings_fields,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/settings/alerts/json",
        .tag = administration,
        .summary = "Change it",
        .body = alert_settings_body,
        .fields = alert_settings_fields,
        .description =
            "What is not sent stays. The secret is never shown; a webhook that is taken away takes it along.",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/settings/test_mail",
        .tag = administration,
        .summary = "Send a test mail at once",
        .body = "receiver",
        .fields = "accepted:boolean answer receiver",
        .description = "The answer holds the mail server's words.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/outbox/json",
        .tag = administration,
        .summary = "Mails on their way, newest first",
        .query = "state search page:integer per_page:integer",
        .answer = paged,
        .fields = "id:integer kind subject receivers copies state attempts:integer answer error "
                  "created_at:date-time sent_at:date-time?",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/outbox/{id}/resend",
        .tag = administration,
        .summary = "Send a mail again",
        .fields = "id:integer state",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/audit",
        .tag = administration,
        .summary = "The audit log's page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/audit/json",
        .tag = administration,
        .summary = "Who changed what, newest first",
        .query = paging,
        .answer = paged,
        .fields = "id:integer at:date-time account address action subject before:texts? after:texts?",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/quarantine",
        .tag = administration,
        .summary = "The page of messages that could not be taken",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/quarantine/json",
        .tag = administration,
        .summary = "Messages that could not be taken, newest first",
        .query = "topic search page:integer per_page:integer",
        .answer = paged,
        .fields = "id:integer topic reason reason_translated payload received_at:date-time",
    },
};

}  // namespace

std::span<const Endpoint> administration_endpoints() {
    return table;
}

}  // namespace silaware::portal
