#pragma once

#include <cstdint>
#include <string>

namespace silaware::mqtt {

/// How to reach the broker and as whom.
struct Endpoint {
    std::string host = "localhost";
    std::uint16_t port = 1883;
    std::string username = {};
    std::string password = {};
    std::string tls_ca = {};  ///< file with the CA's certificates (PEM); empty: no TLS
    std::string client_id = {};
    std::uint16_t keepalive_seconds = 30;  ///< at least 5
};

/// What the broker does with a session when its connection ends: it keeps it for ever, or forgets it.
enum class Session { kept, forgotten };

enum class LogLevel { debug, info, warning, error };

}  // namespace silaware::mqtt
