#pragma once

#include <functional>
#include <map>
#include <string>

#include "ingest/recompute.hpp"

namespace silaware::ingest {

/// Sets the observed time of every reading right: of rows put in or changed by hand, and of all rows of a
/// site whose time zone was set right. One walk through the table, in the order it is stored in. Answers how
/// many rows of each spelling of an id moved. `step` is told of every few thousand rows, and may throw
/// RecomputeStopped. Throws DatabaseError.
std::map<std::string, std::int64_t> place_readings(storage::Database& database, const Options& options,
                                                   const RecomputeJob& job,
                                                   const std::function<void(std::int64_t)>& step);

}  // namespace silaware::ingest
