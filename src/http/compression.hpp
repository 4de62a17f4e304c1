#pragma once

#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

namespace silaware::http {

/// `data` as a gzip stream, quickly rather than small.
std::string gzip(std::string_view data);
/// Compresses the body of a text response of 1 KiB or more if the client accepts it.
void compress(Response& response, const RequestHead& request);

}  // namespace silaware::http
