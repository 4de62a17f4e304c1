#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "storage/energy_queries.hpp"

namespace silaware::portal {

/// The highest demand of several meters together, which is less than the sum of theirs: they peak at
/// different times.
///
/// Found day by day in the quarter hours, and remembered until a day's sums change; days whose meters' own
/// maxima together don't reach what was found already are not looked at. Thread safe.
class SiteDemand {
  public:
    /// Of `meters` on the days in `days` (of these meters and maybe others; those days must be whole).
    /// Nothing without any demand. Throws DatabaseError.
    std::optional<storage::JointDemand> highest(storage::Connection& connection,
                                                std::vector<storage::KnownDeviceId> meters,
                                                std::span<const storage::DayEnergy> days,
                                                const core::SiteZone& zone);

  private:
    struct Remembered {
        std::uint64_t fingerprint = 0;
        std::optional<storage::JointDemand> demand;
    };
    std::optional<Remembered> recall(core::LocalDay day);
    void remember(core::LocalDay day, const Remembered& remembered);

    std::mutex mutex_;
    std::map<core::LocalDay, Remembered> days_;
};

}  // namespace silaware::portal
