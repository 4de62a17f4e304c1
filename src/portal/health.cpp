#include <spdlog/spdlog.h>

#include "core/time.hpp"
#include "portal/answers.hpp"
#include "portal/board_routes.hpp"
#include "portal/routes.hpp"
#include "storage/migrations.hpp"
#include "storage/whole_database.hpp"

namespace silaware::portal {

namespace {

/// What can be said of the database without naming it: this answer is open to all.
struct Health {
    std::string database = "ok";
    std::string schema = "ok";

    bool ok() const { return database == "ok" && schema == "ok"; }
};

Health examine(storage::Database& database) {
    try {
        auto connection = database.acquire();
        const auto current = storage::require_current_schema(*connection);
        if (!current) {
            spdlog::warn("health: {}", current.error().message);
            return {"ok", "wrong version"};
        }
        storage::try_to_write(*connection);
        return {};
    } catch (const storage::DatabaseError& error) {
        spdlog::warn("health: the database does not answer or refuses: {}", error.what());
        return {"unavailable", "unknown"};
    }
}

}  // namespace

void add_health_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/health",
              [&portal](const http::Request&, const Visitor&) -> core::Result<http::Response> {
                  const Health health = examine(portal.health_database);
                  return http::Response::json({{"status", health.ok() ? "ok" : "degraded"},
                                               {"database", health.database},
                                               {"schema", health.schema}},
                                              health.ok() ? 200 : 503);
              });
}

}  // namespace silaware::portal
