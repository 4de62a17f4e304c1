#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/figures.hpp"
#include "portal/routes.hpp"
#include "storage/alert_queries.hpp"

namespace silaware::portal {

namespace {

using boost::json::object;
using http::Request;
using http::Response;

constexpr std::size_t longest_note = 1000;

boost::json::value text_or_null(const std::optional<std::string>& text) {
    if (!text) return nullptr;
    return boost::json::value(*text);
}

object to_json(const Portal& portal, const storage::ShownAlert& alert) {
    return {{"id", alert.id},
            {"kind", alert.kind},
            {"device", alert.device},
            {"location", alert.location},
            {"name", alert.name},
            {"message", alert.message},
            {"state", alert.state},
            {"value", figure_or_null(alert.value)},
            {"limit", figure_or_null(alert.limit)},
            {"raised_at", instant_ms(portal, alert.raised_ms)},
            {"notified_at", instant_ms(portal, alert.notified_ms)},
            {"acknowledged_at", instant_ms(portal, alert.acknowledged_ms)},
            {"acknowledged_by", text_or_null(alert.acknowledged_by)},
            {"note", text_or_null(alert.note)},
            {"cleared_at", instant_ms(portal, alert.cleared_ms)}};
}

core::Result<Response> alerts(const Portal& portal, const Request& request) {
    storage::AlertFilter filter{request.query("state").value_or(""), request.query("kind").value_or(""),
                                request.query("device").value_or("")};
    // Any spelling of a device finds it.
    if (const auto id = core::DeviceId::parse(filter.device)) filter.device = id->text();
    const auto page = storage::find_alerts(*portal.database.acquire(), filter, page_request(request));
    return paged(page, [&portal](const storage::ShownAlert& alert) { return to_json(portal, alert); });
}

core::Result<Response> acknowledge(const Portal& portal, const Request& request, const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto input = request.input();
    if (!input) return core::fail(input.error());
    Fields fields(*input);
    const std::string note = fields.text("note").value_or("");
    if (core::code_points(note) > longest_note) fields.refuse("note", "A note has at most 1,000 characters.");
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    const auto change = change_by(portal, request, visitor);
    const auto done = storage::acknowledge_alert(portal.database, *id, note, change);
    if (!done) return core::fail(done.error());
    return Response::json(object{{"id", *id},
                                 {"acknowledged_at", instant(portal, change.at)},
                                 {"acknowledged_by", change.account},
                                 {"note", note}});
}

}  // namespace

void add_alert_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/alerts",
              [&portal](const Request& request, const Visitor& visitor) -> core::Result<Response> {
                  return plain_page<view::AlertsPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/alerts/json",
              [&portal](const Request& request, const Visitor&) { return alerts(portal, request); });
    add_route(router, portal, http::Method::post, "/login/alerts/{id}/ack",
              [&portal](const Request& request, const Visitor& visitor) {
                  return acknowledge(portal, request, visitor);
              });
}

}  // namespace silaware::portal
