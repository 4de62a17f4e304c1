#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "storage/live_queries.hpp"

namespace silaware::portal {

/// Which of the newest readings viewers have not seen yet.
///
/// Transactions commit out of the order of their stamps, and ingest processes have clocks of their own; so
/// each look reaches back a little further than the one before, and what was seen is dropped.
class LiveWindow {
  public:
    /// The oldest stamp to ask the database for.
    std::int64_t since(core::Instant now) const;
    /// Those of `readings` that are new, in their order.
    std::vector<storage::LiveReading> take_new(std::vector<storage::LiveReading> readings, core::Instant now);
    /// Begins anew, when the first viewer comes back.
    void reset();

  private:
    std::int64_t newest_ = 0;
    std::unordered_map<storage::KnownDeviceId, std::pair<std::int64_t, std::int64_t>> seen_;
};

}  // namespace silaware::portal
