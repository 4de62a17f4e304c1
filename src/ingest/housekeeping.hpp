#pragma once

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
    void purge(core::Instant now, const std::stop_token& stop);

    storage::Database& database_;
    const Options& options_;
    bool unfinished_ = false;
};

}  // namespace silaware::ingest
