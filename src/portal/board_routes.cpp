#include "portal/routes.hpp"

namespace silaware::portal {

void add_board_routes(http::Router&, Portal&) {}

}  // namespace silaware::portal
