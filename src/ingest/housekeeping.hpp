#pragma once

#include <chrono>
#include <stop_token>

#include "ingest/options.hpp"

namespace silaware::ingest {

/// The retention, run in the background of ingest: at most once per interval over all processes and restarts.
class Housekeeping {
  public:
    Housekeeping(storage::Database& database, const Options& options)
        : database_(database), options_(options) {}

    void run(std::stop_token stop);
    /// One purge if it is due.
    void cleanup_old_data(std::stop_token stop);

  private:
    bool clock_is_doubtful(core::Instant now);
    void purge(core::Instant now, const std::stop_token& stop);

    storage::Database& database_;
    const Options& options_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    bool unfinished_ = false;
    bool warned_ = false;
};

}  // namespace silaware::ingest
