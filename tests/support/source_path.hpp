#pragma once

#include <filesystem>
#include <string_view>

namespace silaware::tests {

/// A file of the checkout that the test was built from.
std::filesystem::path source_path(std::string_view name);

}  // namespace silaware::tests
