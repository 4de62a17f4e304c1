#pragma once

#include <string_view>

#include "http/request.hpp"
#include "storage/meter_queries.hpp"

namespace silaware::portal {

/// The device that the parameter `name` names, in any spelling. Error `invalid` without one, `not_found` for
/// one nobody knows. Throws DatabaseError.
core::Result<storage::DeviceIdentity> requested_device(storage::Connection& connection,
                                                       const http::RequestHead& request,
                                                       std::string_view name);

}  // namespace silaware::portal
