#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "http/response.hpp"

namespace silaware::http {

enum class Framing { length, chunked, until_close };

/// What the connection knows and the response does not.
struct HeadContext {
    Framing framing = Framing::length;
    std::optional<std::size_t> content_length = {};
    bool keep_alive = true;
    bool secure = false;  ///< adds Strict-Transport-Security
};

/// The bytes of a response up to its body: status line, the response's own headers, the security headers
/// every response carries, `no-store` for what sets no Cache-Control itself.
std::string response_head(const Response& response, const HeadContext& context,
                          std::chrono::system_clock::time_point now);

}  // namespace silaware::http
