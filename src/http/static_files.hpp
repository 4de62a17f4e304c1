#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace silaware::http {

/// The browser's files, named with their content's hash and held in memory; nothing outside `manifest.json`
/// is served.
class StaticFiles {
  public:
    /// Reads `<folder>/manifest.json` (logical name → hashed name), the files, and their `.gz` siblings where
    /// there are any. Error `internal` names what is missing.
    static core::Result<StaticFiles> load(const std::filesystem::path& folder);

    /// Answers `/static/{path*}`: may be cached for a year; error `not_found` for anything else.
    core::Result<Response> serve(const Request& request) const;

  private:
    struct File {
        std::string content_type;
        std::shared_ptr<const std::string> plain;
        std::shared_ptr<const std::string> gzipped;  // null: not compressible
    };
    std::unordered_map<std::string, File> files_;  // by hashed name
};

}  // namespace silaware::http
