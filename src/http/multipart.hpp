#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace silaware::http {

struct Part {
    std::string name;
    std::string file_name;     ///< empty if it is no file; never a path
    std::string content_type;  ///< empty if none was sent
    std::string_view data;     ///< a view into the body
};

/// The parts of a `multipart/form-data` body (RFC 7578), at most 100. `content_type` is the whole header.
/// Error `invalid` says what is malformed.
core::Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace silaware::http
