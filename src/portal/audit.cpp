#include "http/json.hpp"
#include "portal/answers.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

boost::json::value object_or_null(const std::optional<std::string>& json) {
    if (!json) return nullptr;
    return http::parse_json(*json).value_or(nullptr);
}

boost::json::object as_json(const Portal& portal, const storage::AuditEntry& entry) {
    return {{"id", entry.id},
            {"at", instant_ms(portal, entry.at_ms)},
            {"account", entry.account},
            {"address", entry.address},
            {"action", entry.action},
            {"subject", entry.subject},
            {"before", object_or_null(entry.before)},
            {"after", object_or_null(entry.after)}};
}

}  // namespace

void add_audit_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/audit",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return plain_page<view::AuditPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/audit/json",
              [&portal](const http::Request& request, const Visitor&) {
                  const auto page = storage::AuditStore(portal.database).list(page_request(request));
                  return paged(page,
                               [&](const storage::AuditEntry& entry) { return as_json(portal, entry); });
              });
}

}  // namespace silaware::portal
