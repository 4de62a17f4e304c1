#include "storage/outbox.hpp"
#include "portal/answers.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

/// Without the texts: they may hold a link that sets a password.
boost::json::object as_json(const Portal& portal, const storage::OutboxEntry& entry) {
    const bool sent = entry.state == "sent";
    return {{"id", entry.id},
            {"kind", entry.kind},
            {"subject", entry.subject},
            {"receivers", entry.receivers},
            {"copies", entry.copies},
            {"state", entry.state},
            {"attempts", entry.attempts},
            {"answer", entry.last_answer},
            {"error", sent ? "" : entry.last_answer},
            {"created_at", instant_ms(portal, entry.created_ms)},
            {"sent_at", instant_ms(portal, entry.sent_ms)}};
}

core::Result<http::Response> list_mails(const Portal& portal, const http::Request& request) {
    const auto page = storage::find_outbox(*portal.database.acquire(), request.query("state").value_or(""),
                                           page_request(request));
    return paged(page, [&](const storage::OutboxEntry& entry) { return as_json(portal, entry); });
}

core::Result<http::Response> send_again(const Portal& portal, const http::Request& request,
                                        const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto waiting = storage::resend(portal.database, *id, change_by(portal, request, visitor));
    if (!waiting) return core::fail(waiting.error());
    return http::Response::json({{"id", *id}, {"state", "waiting"}});
}

}  // namespace

void add_outbox_routes(http::Router& router, Portal& portal) {
    add_route(
        router, portal, http::Method::get, "/login/outbox/json",
        [&portal](const http::Request& request, const Visitor&) { return list_mails(portal, request); });
    add_route(router, portal, http::Method::post, "/login/outbox/{id}/resend",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return send_again(portal, request, visitor);
              });
}

}  // namespace silaware::portal
