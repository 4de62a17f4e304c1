#include <algorithm>

#include "auth/account_rules.hpp"
#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/figures.hpp"
#include "portal/limit_field.hpp"
#include "portal/routes.hpp"
#include "storage/alert_settings.hpp"

namespace silaware::portal {

namespace {

using http::Request;
using http::Response;

constexpr std::size_t longest_url = 2000;
constexpr std::size_t longest_secret = 255;

/// Minutes since midnight of `22:30`.
std::optional<int> minute_of(std::string_view clock) {
    if (clock.size() != 5 || clock[2] != ':') return std::nullopt;
    const auto two = [&](std::size_t at) {
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        return is_digit(clock[at]) && is_digit(clock[at + 1])
                   ? std::optional((clock[at] - '0') * 10 + clock[at + 1] - '0')
                   : std::nullopt;
    };
    const auto hours = two(0);
    const auto minutes = two(3);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return *hours * 60 + *minutes;
}

/// The secret itself never leaves.
boost::json::object as_json(const storage::AlertSettings& settings) {
    const bool quiet = settings.quiet_from_minute != settings.quiet_to_minute;
    return {{"alert_mailreceiver", settings.alert_mailreceiver},
            {"language", settings.language},
            {"quiet_from", quiet ? storage::clock_of(settings.quiet_from_minute) : ""},
            {"quiet_to", quiet ? storage::clock_of(settings.quiet_to_minute) : ""},
            {"webhook_url", settings.webhook_url},
            {"webhook_signed", !settings.webhook_secret.empty()}};
}

void read_receivers(Fields& fields, std::string& receivers) {
    if (!fields.has("alert_mailreceiver")) return;
    const auto list = fields.raw("alert_mailreceiver").value_or("");
    if (auto problem = auth::problem_with_email_list(list)) {
        fields.refuse("alert_mailreceiver", std::move(*problem));
    } else {
        receivers = std::string(core::trim(list));
    }
}

void read_language(const Portal& portal, Fields& fields, std::string& language) {
    if (!fields.has("language")) return;
    const auto wanted = fields.text("language").value_or("");
    if (portal.renderer.texts().speaks(wanted))
        language = wanted;
    else
        fields.refuse("language", "The portal does not speak this language.");
}

void read_clock(Fields& fields, std::string_view name, std::string_view other, int& minute) {
    const auto clock = fields.text(name).value_or("");
    const bool alone = clock.empty() && !fields.text(other).value_or("").empty();
    const auto read = clock.empty() ? std::optional(0) : minute_of(clock);
    if (alone)
        fields.refuse(name, "Quiet hours need both times, or none.");
    else if (!read)
        fields.refuse(name, "Write a time of day as HH:MM.");
    else
        minute = *read;
}

void read_quiet_hours(Fields& fields, storage::AlertSettings& settings) {
    if (!fields.has("quiet_from") && !fields.has("quiet_to")) return;
    read_clock(fields, "quiet_from", "quiet_to", settings.quiet_from_minute);
    read_clock(fields, "quiet_to", "quiet_from", settings.quiet_to_minute);
}

bool is_web_address(const std::string& url) {
    const std::string lower = core::lower_ascii(url.substr(0, 8));
    const std::size_t scheme = lower == "https://" ? 8 : lower.starts_with("http://") ? 7 : 0;
    const bool one_word = std::none_of(url.begin(), url.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
    });
    return scheme > 0 && one_word && url.size() <= longest_url && url.size() > scheme &&
           std::string_view("/?#:@").find(url[scheme]) == std::string_view::npos;
}

/// Without an address there is nothing to sign.
void read_webhook(Fields& fields, storage::AlertSettings& settings) {
    if (fields.has("webhook_url")) {
        const auto url = fields.text("webhook_url").value_or("");
        if (!url.empty() && !is_web_address(url))
            fields.refuse("webhook_url", "Write an address that begins with https:// or http://.");
        settings.webhook_url = url;
    }
    if (fields.has("webhook_secret")) {
        const auto secret = fields.raw("webhook_secret").value_or("");
        if (secret.size() > longest_secret || !core::is_printable(secret))
            fields.refuse("webhook_secret", "This must be text of at most 255 characters, in one line.");
        settings.webhook_secret = secret;
    }
    if (settings.webhook_url.empty()) settings.webhook_secret.clear();
}

core::Result<Response> write_settings(const Portal& portal, const Request& request, const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    const auto edit = [&](storage::AlertSettings& settings) {
        Fields fields(*body);
        read_receivers(fields, settings.alert_mailreceiver);
        read_language(portal, fields, settings.language);
        read_quiet_hours(fields, settings);
        read_webhook(fields, settings);
        return fields.check();
    };
    const auto changed =
        storage::change_alert_settings(portal.database, edit, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    return Response::json(as_json(*changed));
}

boost::json::object limits_json(const storage::DeviceLimits& limits) {
    return {{"uid", limits.uid},
            {"max_temperature", figure_or_null(limits.max_temperature)},
            {"max_humidity", figure_or_null(limits.max_humidity)}};
}

core::Result<Response> show_limits(const Portal& portal, const Request& request) {
    const auto id = core::DeviceId::parse(request.query("mac").value_or(""));
    if (!id) return core::fail(id.error());
    const auto limits = storage::read_device_limits(*portal.database.acquire(), id->text());
    if (!limits) return core::fail(limits.error());
    return Response::json(limits_json(*limits));
}

core::Result<Response> write_limits(const Portal& portal, const Request& request, const Visitor& visitor) {
    const auto id = core::DeviceId::parse(request.query("mac").value_or(""));
    if (!id) return core::fail(id.error());
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    const auto edit = [&](storage::DeviceLimits& limits) {
        Fields fields(*body);
        read_limit(fields, "max_temperature", limits.max_temperature, MayBeEmpty::yes);
        read_limit(fields, "max_humidity", limits.max_humidity, MayBeEmpty::yes);
        return fields.check();
    };
    const auto changed =
        storage::change_device_limits(portal.database, id->text(), edit, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    return Response::json(limits_json(*changed));
}

}  // namespace

void add_alert_settings_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/settings/alerts/json",
              [&portal](const Request&, const Visitor&) -> core::Result<Response> {
                  return Response::json(as_json(storage::read_alert_settings(*portal.database.acquire())));
              });
    add_route(router, portal, http::Method::put, "/login/settings/alerts/json",
              [&portal](const Request& request, const Visitor& visitor) {
                  return write_settings(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/climate/limits",
              [&portal](const Request& request, const Visitor&) { return show_limits(portal, request); });
    add_route(router, portal, http::Method::put, "/login/climate/limits",
              [&portal](const Request& request, const Visitor& visitor) {
                  return write_limits(portal, request, visitor);
              });
}

}  // namespace silaware::portal
