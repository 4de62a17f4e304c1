#pragma once

#include "portal/api_catalogue.hpp"

namespace silaware::portal {

// The parts of the catalogue, in the order of the document.
std::span<const Endpoint> accounts_endpoints();
std::span<const Endpoint> devices_endpoints();
std::span<const Endpoint> power_endpoints();
std::span<const Endpoint> machines_endpoints();
std::span<const Endpoint> reports_endpoints();
std::span<const Endpoint> administration_endpoints();
std::span<const Endpoint> operation_endpoints();

constexpr std::string_view paging = "search page:integer per_page:integer";

}  // namespace silaware::portal
