#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "core/time.hpp"
#include "domain/retention.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// The purge as a job of `housekeeping`.
inline constexpr std::string_view purge_job = "purge";

/// All raw rows older than this are gone, or about to be: the latest cutoff of any purge, whatever the
/// retention is today. Nothing if there never was one, or if it lies behind `now`: then it was a wrong clock.
std::optional<core::Instant> purge_cutoff(Connection& connection, core::Instant now);

struct PurgeProgress {
    std::string_view table;
    std::int64_t deleted;  ///< of this table so far
};

/// How the old rows of power_monitoring are found: by looking at each of them, or by the list of an earlier
/// purge and at the newer ones; the list of a long table is a month old at most.
enum class Search { every_row, listed };

struct PurgeOrder {
    domain::RetentionCutoffs cutoffs;
    const core::SiteZone& zone;  ///< the site's, in which wall clocks are read
    Search search = Search::listed;
};

/// Deletes the rows older than the cutoffs in short transactions, so that neither ingest nor the portal
/// waits; what is derived of raw rows stays. `tell` is told of the progress after each; `stop` ends the purge
/// after the transaction that runs. The number of rows deleted. Throws DatabaseError.
std::int64_t purge_before(Database& database, const PurgeOrder& order, const std::stop_token& stop,
                          const std::function<void(const PurgeProgress&)>& tell);

}  // namespace silaware::storage
