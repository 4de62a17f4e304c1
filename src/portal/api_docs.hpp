#pragma once

#include <string_view>

#include <boost/json/object.hpp>

namespace silaware::portal {

/// The OpenAPI 3.1 document of every route.
boost::json::object api_document(std::string_view version);

}  // namespace silaware::portal
