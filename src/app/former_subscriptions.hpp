#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "ingest/options.hpp"

namespace silaware::app {

struct Subscription {
    std::string filter;                               ///< as the broker has it, with the shared group
    std::optional<ingest::Telemetry> telemetry = {};  ///< not known of what the first versions remembered
};

/// What earlier runs subscribed and this one does not want: a persistent session goes on delivering it until
/// it is unsubscribed, and messages that came by it may still wait. `current`, of this run, is remembered in
/// `folder` for the runs to come. Error `unavailable` if the file there can't be written.
core::Result<std::vector<Subscription>> former_subscriptions(const std::filesystem::path& folder,
                                                             const std::vector<Subscription>& current);

}  // namespace silaware::app
