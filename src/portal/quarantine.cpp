#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/routes.hpp"
#include "storage/quarantine_queries.hpp"

namespace silaware::portal {

namespace {

core::Result<http::Response> messages(const Portal& portal, const http::Request& request) {
    const auto page = storage::find_quarantined(*portal.database.acquire(),
                                                request.query("topic").value_or(""), page_request(request));
    return paged(page, [&portal](const storage::QuarantinedMessage& message) {
        return boost::json::object{{"id", message.id},
                                   {"topic", message.topic},
                                   {"reason", message.reason},
                                   {"payload", core::to_utf8(message.payload)},
                                   {"received_at", instant_ms(portal, message.received_ms)}};
    });
}

}  // namespace

void add_quarantine_routes(http::Router& router, Portal& portal) {
    add_route(
        router, portal, http::Method::get, "/login/quarantine",
        [&portal](const http::Request& request, const Visitor& visitor) -> core::Result<http::Response> {
            return plain_page<view::QuarantinePage>(portal, request, visitor);
        });
    add_route(router, portal, http::Method::get, "/login/quarantine/json",
              [&portal](const http::Request& request, const Visitor&) { return messages(portal, request); });
}

}  // namespace silaware::portal
