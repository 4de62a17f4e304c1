#include "auth/account_rules.hpp"
#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/figures.hpp"
#include "portal/limit_field.hpp"
#include "portal/routes.hpp"
#include "storage/account_store.hpp"
#include "storage/settings_store.hpp"

namespace silaware::portal {

namespace {

boost::json::object as_json(const storage::AllSettings& all) {
    const auto& settings = all.site;
    return {{"id", 1},
            {"utils_min_duration", figure_or_null(settings.utils_min_duration)},
            {"utils_mailreceiver", settings.utils_mailreceiver},
            {"max_temperature", figure_or_null(settings.max_temperature)},
            {"max_humidity", figure_or_null(settings.max_humidity)},
            {"temphumid_mailreceiver", settings.temphumid_mailreceiver},
            {"cc_mailreceiver", settings.cc_mailreceiver},
            {"mail_sender", settings.mail_sender},
            {"monthly_mailreceiver", all.monthly_mailreceiver}};
}

/// Not trimmed before it is judged: a line break at the end is no blank.
void read_receivers(Fields& fields, std::string_view name, std::string& receivers) {
    if (!fields.has(name)) return;
    const auto list = fields.raw(name).value_or("");
    if (auto problem = auth::problem_with_email_list(list)) {
        fields.refuse(name, std::move(*problem));
    } else {
        receivers = std::string(core::trim(list));
    }
}

void read_sender(Fields& fields, std::string& sender) {
    if (!fields.has("mail_sender")) return;
    const auto address = fields.raw("mail_sender").value_or("");
    if (!address.empty()) {
        if (auto problem = auth::problem_with_email(address)) {
            fields.refuse("mail_sender", std::move(*problem));
            return;
        }
    }
    sender = address;
}

core::Result<void> read_into(storage::AllSettings& all, const boost::json::object& body) {
    Fields fields(body);
    read_limit(fields, "utils_min_duration", all.site.utils_min_duration);
    read_limit(fields, "max_temperature", all.site.max_temperature);
    read_limit(fields, "max_humidity", all.site.max_humidity);
    read_receivers(fields, "utils_mailreceiver", all.site.utils_mailreceiver);
    read_receivers(fields, "temphumid_mailreceiver", all.site.temphumid_mailreceiver);
    read_receivers(fields, "cc_mailreceiver", all.site.cc_mailreceiver);
    read_sender(fields, all.site.mail_sender);
    read_receivers(fields, "monthly_mailreceiver", all.monthly_mailreceiver);
    return fields.check();
}

core::Result<http::Response> write(const Portal& portal, const http::Request& request,
                                   const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    const auto edit = [&](storage::AllSettings& all) { return read_into(all, *body); };
    const auto changed =
        storage::SettingsStore(portal.database).change(edit, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    return http::Response::json(as_json(*changed));
}

core::Result<http::Response> send_test_mail(const Portal& portal, const http::Request& request,
                                            const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    Fields fields(*body);
    auto receiver = fields.text("receiver").value_or("");
    if (receiver.empty()) {
        const auto account = storage::AccountStore(portal.database).find(visitor.account_id);
        receiver = account ? account->email : "";
    }
    if (auto problem = auth::problem_with_email(receiver)) fields.refuse("receiver", std::move(*problem));
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    if (!portal.send_test_mail) {
        return core::fail(core::ErrorCode::unavailable, "No mail server is set: set MAIL_SERVER.");
    }
    view::TestMail mail;
    mail.language = language_of(portal, request, visitor);
    mail.link = portal.settings.public_url;
    mail.site_time = core::format_local(portal.zone.to_local(portal.now()));
    mail.asked_by = visitor.username;
    const auto outcome = portal.send_test_mail(receiver, portal.renderer.render(mail));
    if (!outcome) return core::fail(outcome.error());
    return http::Response::json(
        {{"accepted", outcome->accepted}, {"answer", outcome->answer}, {"receiver", receiver}});
}

}  // namespace

void add_settings_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/settings",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return plain_page<view::SettingsPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/settings/json",
              [&portal](const http::Request&, const Visitor&) -> core::Result<http::Response> {
                  return http::Response::json(as_json(storage::SettingsStore(portal.database).read_all()));
              });
    add_route(router, portal, http::Method::put, "/login/settings/json",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return write(portal, request, visitor);
              });
    add_route(router, portal, http::Method::post, "/login/settings/test_mail",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return send_test_mail(portal, request, visitor);
              });
}

}  // namespace silaware::portal
