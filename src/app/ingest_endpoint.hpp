#pragma once

#include <cstdint>
#include <optional>

#include "core/error.hpp"
#include "http/server.hpp"
#include "ingest/ingest.hpp"

namespace silaware::app {

/// /metrics and /health of an ingest process, on loopback.
class IngestEndpoint {
  public:
    /// Port 0: no endpoint.
    IngestEndpoint(const ingest::Ingest& ingest, std::uint16_t port);
    core::Result<void> start();

  private:
    std::optional<http::Server> server_;
};

}  // namespace silaware::app
