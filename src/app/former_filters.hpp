#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace silaware::app {

/// The topic filters that earlier runs subscribed and this one does not want: a persistent session goes on
/// delivering them until they are unsubscribed. `filters`, those of this run, are remembered in `folder` for
/// the runs to come. Error `unavailable` if the file there can't be written.
core::Result<std::vector<std::string>> former_filters(const std::filesystem::path& folder,
                                                      const std::vector<std::string>& filters);

}  // namespace silaware::app
