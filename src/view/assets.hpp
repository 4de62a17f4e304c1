#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace silaware::view {

/// Which URL each static file has: the build names files by their content and writes the list of them.
class Assets {
  public:
    /// Reads `manifest.json` of the built static folder; the error says how to build it.
    static core::Result<Assets> load(const std::filesystem::path& static_folder);

    /// `/static/css/app.1a2b3c4d5e.css` for `css/app.css`; empty when there is no such file.
    std::string url(std::string_view logical_name) const;
    /// The modules that `module` imports, directly or not, by logical name.
    const std::vector<std::string>& imports(std::string_view module) const;

  private:
    std::map<std::string, std::string, std::less<>> files_;
    std::map<std::string, std::vector<std::string>, std::less<>> imports_;
};

}  // namespace silaware::view
