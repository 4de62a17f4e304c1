#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view operation = "Operation";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/api",
        .tag = operation,
        .summary = "This document, to read",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/api/json",
        .tag = operation,
        .summary = "This document",
        .fields = "openapi info:object paths:object components:object",
    },
    Endpoint{
        .method = get,
        .pattern = "/health",
        .tag = operation,
        .summary = "Whether the portal works",
        .fields = "status database schema",
        .description = "503 with the same fields if something does not.",
    },
    Endpoint{
        .method = get,
        .pattern = "/metrics",
        .tag = operation,
        .summary = "Counters for Prometheus",
        .answer = text,
        .description = "Of an account without the role admin 403.",
    },
    Endpoint{
        .method = get,
        .pattern = "/static/{path*}",
        .tag = operation,
        .summary = "The pages' own files",
        .answer = file,
        .fields = "*/*",
    },
};

}  // namespace

std::span<const Endpoint> operation_endpoints() {
    return table;
}

}  // namespace silaware::portal
