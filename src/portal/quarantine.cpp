#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/errors.hpp"
#include "portal/routes.hpp"
#include "storage/quarantine_queries.hpp"

namespace silaware::portal {

namespace {

core::Result<http::Response> messages(const Portal& portal, const http::Request& request,
                                      const Visitor& visitor) {
    const std::string language = language_of(portal, request, visitor);
    const auto page = storage::find_quarantined(*portal.database.acquire(),
                                                request.query("topic").value_or(""), page_request(request));
    return paged(page, [&](const storage::QuarantinedMessage& message) {
        return boost::json::object{
            {"id", message.id},
            {"topic", message.topic},
            {"reason", message.reason},
            {"reason_translated", in_language(portal.renderer.texts(), language, message.reason)},
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
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return messages(portal, request, visitor);
              });
}

}  // namespace silaware::portal
