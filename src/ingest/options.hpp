#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "domain/facts.hpp"
#include "storage/database.hpp"

namespace silaware::ingest {

enum class Telemetry { utils, power, climate };

struct Topics {
    std::string utils = "silaware/utils";
    std::string power = "silaware/power";
    std::string climate = "silaware/temphumid";
    /// Of earlier runs: messages that came by them may still wait.
    std::vector<std::pair<std::string, Telemetry>> former = {};
};

using domain::ClimateFact;
using domain::PowerFact;
using domain::RunGrowth;

/// What a batch stored, for those who judge it (alerts). Called inside the batch's transaction, on its
/// connection, so that what they write is committed with the readings that caused it. May be called again
/// after a conflict.
struct Observers {
    std::function<void(storage::Connection&, std::span<const RunGrowth>, core::Instant now)> runs = {};
    std::function<void(storage::Connection&, std::span<const ClimateFact>, core::Instant now)> climate = {};
    std::function<void(storage::Connection&, std::span<const PowerFact>, core::Instant now)> power = {};
};

struct Options {
    Topics topics;
    core::SiteZone zone;
    core::Milliseconds cycle_gap{20'000};
    double co2_factor = 0.87;
    int retention_months = 4;
    std::chrono::hours cleanup_interval{12};
    bool allow_unregistered = true;
    Observers observers = {};
};

}  // namespace silaware::ingest
