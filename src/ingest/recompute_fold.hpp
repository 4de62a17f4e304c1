#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "domain/cycle.hpp"
#include "domain/energy_register.hpp"
#include "domain/power_rollup.hpp"
#include "storage/power_store.hpp"
#include "storage/purge_edge.hpp"

namespace silaware::ingest {

/// One register of a meter, folded from the beginning of what is left of its rows.
struct RegisterRebuild {
    domain::RegisterState state;
    bool known = true;                           ///< what it was there is known
    std::optional<core::Instant> settled_since;  ///< from when on that does not matter
    domain::QuarterSums sums;
    std::vector<domain::Correction> corrections;
    std::deque<domain::RegisterCheckpoint> checkpoints;  ///< the newest ones only

    void read(std::span<const domain::RegisterReading> readings, const domain::RegisterLimits& limits);
};

/// All that follows from a meter's readings, folded in order of observed time in as many calls as one likes.
/// Takes the space of the quarter hours and cycles, not of the readings.
class MeterFold {
  public:
    struct Limits {
        domain::RegisterLimits energy;
        domain::RegisterLimits co2;
        double most_watts = 0;
        core::Milliseconds cycle_gap;
        core::Instant now;  ///< what came when our clock was ahead of it is not the latest reading
    };
    struct Latest {
        core::Instant observed;
        std::int64_t id = 0;
        std::optional<std::int64_t> history_id;  ///< of the newest reading with an energy history
        std::int64_t received_ms = 0;            ///< of the one received last
    };
    struct PowerFactors {
        double sum = 0;
        std::int64_t samples = 0;
    };

    explicit MeterFold(const Limits& limits) : limits_(limits) {}

    /// Begins where rows were purged.
    void begin_at(const storage::PurgeEdge& edge);
    /// When noise was recorded last before the first reading, for registers of which no more is known.
    void remember_noise(std::optional<core::Instant> energy, std::optional<core::Instant> co2);
    /// Sorted, and none before those of an earlier call.
    void read(std::span<const storage::StoredReading> readings);

    const Limits& limits() const { return limits_; }

    std::int64_t readings = 0;
    std::optional<core::Instant> first;
    std::optional<core::Instant> last;
    std::int64_t last_id = 0;
    std::optional<Latest> latest;
    std::optional<core::Milliseconds> usual_interval;
    RegisterRebuild energy;
    RegisterRebuild co2;
    domain::PowerQuarters power;
    std::map<core::Instant, PowerFactors> power_factors;  ///< by quarter hour
    std::vector<domain::Cycle> cycles;                    ///< by start, not numbered

  private:
    void note(const storage::StoredReading& reading, core::Instant at);

    Limits limits_;
};

}  // namespace silaware::ingest
