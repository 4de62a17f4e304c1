#include "portal/answers.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

void add_api_routes(http::Router&, Portal&) {}

}  // namespace silaware::portal
