#pragma once

#include <chrono>

#include "ingest/recompute.hpp"

namespace silaware::app {

/// Shows a rebuild: a line for each device with changes and the totals; on a terminal its progress too.
class RecomputeTerminal {
  public:
    RecomputeTerminal();

    ingest::Recompute::Listener listener();
    void end(const ingest::RecomputeResult& result);

  private:
    void show(const ingest::RecomputeProgress& progress);
    void clear_line();

    bool terminal_;
    bool line_shown_ = false;
    std::chrono::steady_clock::time_point shown_;
};

}  // namespace silaware::app
